/** What scripts/emoji-data.mjs makes at build time. */
declare module 'virtual:emoji/*' {
  const lines: string;
  export default lines;
}
