/** Types of the plugin. */
import type { Plugin } from 'vite';

export function emojiLines(language: string): string;
export function emojiData(): Plugin;
