/** Where the page is, and how it goes elsewhere without loading anew. */

import { pageOf, roomPath, type Page } from './path';
import type { Entry } from './room/state.svelte';

class Place {
  page = $state.raw<Page>(pageOf(location.pathname));
  /** What the first page took along for the room: a password, a name. */
  entry = $state.raw<Entry>({});

  constructor() {
    addEventListener('popstate', () => this.#show({}));
  }

  /** Opens a room. */
  openRoom(name: string, entry: Entry = {}): void {
    this.open(roomPath(name), entry);
  }

  /** Opens a path of this site. */
  open(path: string, entry: Entry = {}): void {
    history.pushState(null, '', path);
    this.#show(entry);
    scrollTo(0, 0);
  }

  /** For links: opens them here, unless the visitor wants another tab. */
  follow = (event: MouseEvent): void => {
    const link = event.currentTarget as HTMLAnchorElement;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    this.open(link.pathname);
  };

  #show(entry: Entry): void {
    this.entry = entry;
    this.page = pageOf(location.pathname);
    document.documentElement.dataset['page'] = this.page.page;
  }
}

export const place = new Place();
