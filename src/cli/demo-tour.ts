import { inspect } from 'node:util';
import type { Paint } from './terminal.js';

const CODE_WIDTH = 46;

/** Prints what the demo shows, in numbered chapters. */
export class Tour {
  readonly paint: Paint;
  #chapter = 0;

  constructor(paint: Paint) {
    this.paint = paint;
  }

  heading(title: string): void {
    this.#chapter++;
    this.print(`\n${this.paint(['bold', 'cyan'], `${this.#chapter}  ${title}`)}\n`);
  }

  /** Runs a piece of code and shows it with its result; what is shown is the source of what has run. */
  step(code: () => unknown, note = ''): void {
    this.line(code.toString().replace(/^\(\) => /, ''), code(), note);
  }

  line(code: string, result: unknown, note = ''): void {
    const isVoid = result === undefined && !/\.get\(/.test(code);
    const answer = isVoid ? '' : `→ ${this.paint('green', inspect(result))}`;
    const text = `${code.padEnd(CODE_WIDTH)} ${answer}`;
    this.print(`  ${text}${note === '' ? '' : `   ${this.paint('dim', note)}`}`.trimEnd());
  }

  say(text: string): void {
    this.print(`  ${this.paint('dim', text)}`);
  }

  print(text: string): void {
    console.log(text);
  }
}
