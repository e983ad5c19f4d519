/** Keeps results: a JSON file and charts for each question, and a page that shows them all. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Machine, machineText } from './machine.js';
import { type Answer, markdown, type Question } from './report.js';
import { root } from './root.js';
import { type Chart, svg } from './svg.js';

/** What the JSON file of a question holds. */
interface Saved extends Answer {
  readonly question: string;
  readonly machine: Machine;
}

/** Writes the results of one question. */
export function save(folder: string, question: Question, answer: Answer, machine: Machine): void {
  const saved: Saved = { question: question.title, machine, ...answer };
  write(folder, `${fileOf(question)}.json`, `${JSON.stringify(saved, undefined, 1)}\n`);
  for (const [name, chart] of Object.entries(answer.charts))
    write(folder, `${name}.svg`, svg(chart as Chart));
}

/** Writes the page, from whatever results are there. */
export function writeIndex(folder: string, questions: readonly Question[]): void {
  const sections = questions.flatMap((question) => {
    const file = pathOf(folder, `${fileOf(question)}.json`);
    return existsSync(file) ? [section(question, JSON.parse(readFileSync(file, 'utf8')))] : [];
  });
  const head = [
    '# Benchmarks',
    '',
    'Written by `npm run bench`; do not edit. Ratios are taken within one run, round by round, on the same work; figures',
    'are medians, with quartiles in parentheses. Times belong to the machine that is named, ratios travel further.',
    'Each contender passes a small contract (put, get, replace, remove, evict, expire) before its figures count.',
  ].join('\n');
  write(folder, 'README.md', `${[head, ...sections].join('\n\n')}\n`);
}

function section(question: Question, { machine, tables, charts, absent }: Saved): string {
  return [
    `## ${question.title}`,
    question.method,
    `*${machineText(machine)}*`,
    ...tables.map((table) => `**${table.title}**\n\n${markdown(table)}`),
    ...Object.entries(charts).map(([name, { title }]) => `![${title}](${name}.svg)`),
    `Not shown:\n\n${question.notShown.map((item) => `- ${item}`).join('\n')}`,
    ...(absent.length === 0 ? [] : [`Not measured: ${absent.join('; ')}.`]),
    `All figures: [${fileOf(question)}.json](${fileOf(question)}.json)`,
  ].join('\n\n');
}

function fileOf({ title }: Question): string {
  return title.toLowerCase().replace(/\W+/g, '-');
}

function pathOf(folder: string, file: string): string {
  return fileURLToPath(new URL(`${folder}/${file}`, root));
}

function write(folder: string, file: string, content: string): void {
  mkdirSync(pathOf(folder, ''), { recursive: true });
  writeFileSync(pathOf(folder, file), content);
}
