import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** Functions of jest that hold a title. What is skipped or only planned proves nothing, so it is not read. */
const GROUPS = new Set(['describe', 'describe.each', 'describe.only']);
const TESTS = new Set(['it', 'test', 'it.each', 'test.each', 'it.only', 'test.only']);
const TAG = /\[(R-\d{2,3}|ICO-\d|ST-\d)\]\s*/g;

/**
 * Tests of the project by their titles, read from the source without running it.
 *
 * A title's tags (`[R-13][ICO-2]`) also count for every test inside a `describe` that carries them.
 *
 * @param {string} root the project's folder
 * @param {string[]} folders where specs are
 * @returns {{ file: string, title: string, tags: string[] }[]} in the order of file and place; the title follows those of its groups, all without tags
 */
export const testTitles = (root, folders) => {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .map((name) => `${folder}/${name}`.replaceAll('\\', '/'))
      .filter(
        (file) =>
          file.endsWith('.spec.ts') && !file.includes('/node_modules/') && !file.includes('/fixtures/'),
      ),
  );
  return files.sort().flatMap((file) => titlesIn(file, readFileSync(join(root, file), 'utf8')));
};

/**
 * @param {string} file name for the result
 * @param {string} text source of one spec
 */
export const titlesIn = (file, text) => {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found = [];
  const visit = (node, outer) => {
    let inner = outer;
    if (ts.isCallExpression(node)) {
      const name = calledName(node.expression);
      const raw = titleOf(node.arguments[0]);
      if (raw !== null && (GROUPS.has(name) || TESTS.has(name))) {
        const tags = [...new Set([...outer.tags, ...[...raw.matchAll(TAG)].map(([, tag]) => tag)])];
        inner = { tags, titles: [...outer.titles, raw.replaceAll(TAG, '').trim()] };
        if (TESTS.has(name)) found.push({ file, title: inner.titles.filter(Boolean).join(' › '), tags });
      } else if (name.endsWith('.skip') || name.endsWith('.todo') || /^x(it|test|describe)\b/.test(name))
        return;
    }
    ts.forEachChild(node, (child) => visit(child, inner));
  };
  visit(source, { tags: [], titles: [] });
  return found;
};

/** `it`, `it.each`, … for `it(…)`, `it.each(table)(…)` and the template form; anything else is an empty text. */
const calledName = (expression) => {
  if (ts.isIdentifier(expression)) return expression.text;
  if (ts.isPropertyAccessExpression(expression) && ts.isIdentifier(expression.expression)) {
    return `${expression.expression.text}.${expression.name.text}`;
  }
  if (ts.isCallExpression(expression)) return calledName(expression.expression);
  if (ts.isTaggedTemplateExpression(expression)) return calledName(expression.tag);
  return '';
};

/** Text of a literal title; what a template puts in is shown as an ellipsis. */
const titleOf = (node) => {
  if (node === undefined) return null;
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return null;
  return node.head.text + node.templateSpans.map((span) => `…${span.literal.text}`).join('');
};
