/** A swipe to the right on a message, which replies to it. */

/** How far a finger must go, and how far the message follows. */
const REPLY_PX = 64;
const FOLLOW_MAX_PX = 80;
/** Below this it is no swipe yet. */
const SLACK_PX = 12;

interface Swipe {
  pointer: number;
  x: number;
  y: number;
  message: HTMLElement;
}

/** Watches a list; calls back with the key of the message that was swiped. */
export function watchSwipes(list: HTMLElement, onreply: (key: string) => void): () => void {
  let swipe: Swipe | null = null;

  function began(event: PointerEvent) {
    const target = event.target as HTMLElement;
    const message = target.closest<HTMLElement>('article')?.querySelector<HTMLElement>('.what');
    if (event.pointerType !== 'touch' || !message || target.closest('a, button')) return;
    swipe = { pointer: event.pointerId, x: event.clientX, y: event.clientY, message };
  }

  function moved(event: PointerEvent) {
    if (!swipe || event.pointerId !== swipe.pointer) return;
    const way = event.clientX - swipe.x;
    if (Math.abs(event.clientY - swipe.y) > Math.max(SLACK_PX, way)) return ended(event);
    const shown = way < SLACK_PX ? 0 : Math.min(FOLLOW_MAX_PX, way);
    swipe.message.style.transform = shown === 0 ? '' : `translateX(${shown}px)`;
  }

  function ended(event: PointerEvent) {
    if (!swipe || event.pointerId !== swipe.pointer) return;
    const { message, x } = swipe;
    swipe = null;
    message.style.transform = '';
    const key = message.closest<HTMLElement>('article')?.dataset['key'];
    if (event.type === 'pointerup' && event.clientX - x >= REPLY_PX && key) onreply(key);
  }

  const kinds = { pointerdown: began, pointermove: moved, pointerup: ended, pointercancel: ended };
  for (const [kind, listener] of Object.entries(kinds)) {
    list.addEventListener(kind, listener as EventListener, { passive: true });
  }
  return () => {
    for (const [kind, listener] of Object.entries(kinds)) {
      list.removeEventListener(kind, listener as EventListener);
    }
  };
}
