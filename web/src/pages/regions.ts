/** The regions of a room, in the order in which F6 goes through them. */

const REGIONS = ['.header', '.stream', '.status', '.writing', 'aside'] as const;
const REACHABLE = 'button, a[href], input, [tabindex="0"]';

/** Puts the focus on the region behind the one that has it; some take it in their own way. */
export function focusNextRegion(
  page: HTMLElement,
  own: Partial<Record<(typeof REGIONS)[number], () => void>>,
): void {
  const regions = REGIONS.flatMap((name) => {
    const element = page.querySelector<HTMLElement>(name);
    return element ? [{ name, element }] : [];
  });
  const at = regions.findIndex(({ element }) => element.contains(document.activeElement));
  for (let step = 1; step <= regions.length; step += 1) {
    const region = regions[(at + step) % regions.length];
    const focus = region && own[region.name];
    if (focus) return focus();
    const target = region?.element.querySelector<HTMLElement>(REACHABLE);
    if (target?.offsetParent) return target.focus();
  }
}
