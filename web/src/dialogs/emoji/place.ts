/** Puts a popup above what it belongs to, within the window, by CSSOM, which the policy allows. */

const GAP_PX = 8;
const PHONE = '(max-width: 639px)';

export function besideAnchor(popup: HTMLElement, anchor: HTMLElement): void {
  // On a phone the style sheet makes it a sheet at the bottom.
  if (matchMedia(PHONE).matches) return;
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popup;
  const left = Math.min(Math.max(GAP_PX, box.right - width), innerWidth - width - GAP_PX);
  const above = box.top - height - GAP_PX;
  const top =
    above >= GAP_PX ? above : Math.min(box.bottom + GAP_PX, innerHeight - height - GAP_PX);
  popup.style.left = `${left}px`;
  popup.style.top = `${Math.max(GAP_PX, top)}px`;
}
