/** Starts the page: the language first, then the app in place of the skeleton. */

import { mount } from 'svelte';
import App from './App.svelte';
import { startLanguage } from './i18n/i18n.svelte';
import './styles/fonts.css';
import './styles/tokens.css';
import './styles/base.css';

const target = document.getElementById('app');
if (target) {
  await startLanguage();
  // What was typed into the skeleton goes on in the composer.
  const typed = document.querySelector<HTMLTextAreaElement>('#early-text')?.value ?? '';
  target.replaceChildren();
  mount(App, { target, props: { typed } });
}
