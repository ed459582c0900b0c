// What holds of every page: axe finds nothing serious, and nothing sticks out.

import assert from 'node:assert/strict';

import axe from 'axe-core';

const SERIOUS = ['serious', 'critical'];

/** Fails with what is wrong with the page as it is now. */
export async function isSound(person) {
  await person.page.evaluate(axe.source);
  const violations = await person.page.evaluate(async (impacts) => {
    const { violations: found } = await window.axe.run(document);
    return found
      .filter(({ impact }) => impacts.includes(impact))
      .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`);
  }, SERIOUS);
  assert.deepEqual(violations, []);
  const overflow = await person.page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(overflow <= 0, `${overflow} px stick out sideways`);
}
