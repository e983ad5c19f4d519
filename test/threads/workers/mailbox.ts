/** Posts messages that nobody hears, each through a channel of its own, as often as it can. */
import { setImmediate as turn } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { Mailbox } from '../../../src/loading/mailbox.js';

/** What it works with. */
export interface MailboxJob {
  readonly posts: number;
}

const { posts } = workerData as MailboxJob;
const mailbox = new Mailbox('mailbox test', () => {});
let posted = 0;
while (posted < posts) {
  mailbox.post({ at: 0, ticket: 0 });
  posted++;
  // the channel is closed in the next turn
  await turn();
}
parentPort?.postMessage(posted);
