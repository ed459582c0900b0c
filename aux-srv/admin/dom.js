// Elements that stay: what a poll brings is written into those that are there, so that nothing
// flickers, and focus and selection remain.

export const byId = (id) => document.getElementById(id);

/** An element with a class and children; children that are text become text. */
export function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/** Writes a text only where it differs. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function show(node, visible) {
  if (node.hidden === visible) node.hidden = !visible;
}

/**
 * Makes the children of `list` those of `items`, in this order: kept by key, made by `make`, filled
 * by `fill`. What is in its place already is not moved.
 */
export function keep(list, items, keyOf, make, fill) {
  const known = new Map([...list.children].map((child) => [child.dataset.key, child]));
  let place = list.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    let child = known.get(key);
    known.delete(key);
    if (!child) {
      child = make(item);
      child.dataset.key = key;
    }
    if (child === place) place = place.nextElementSibling;
    else list.insertBefore(child, place);
    fill(child, item);
  }
  for (const gone of known.values()) gone.remove();
}

/** Asks before something that cannot be undone; `act` runs while the question stands. */
export function question(title, text, yes, dangerous, act) {
  const dialog = byId('question');
  const button = byId('question-yes');
  say(byId('question-title'), title);
  say(byId('question-text'), text);
  say(byId('question-error'), '');
  say(button, yes);
  button.classList.toggle('primary', !dangerous);
  button.classList.toggle('danger', dangerous);
  dialog.querySelector('form').onsubmit = async (event) => {
    if (event.submitter !== button) return;
    event.preventDefault();
    button.disabled = true;
    try {
      await act();
      dialog.close();
    } catch (error) {
      say(byId('question-error'), error.message);
    } finally {
      button.disabled = false;
    }
  };
  dialog.showModal();
}
