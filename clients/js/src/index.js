// banano-ws: real-time notifications of a Banano network. What programs import.

export { accountFault, accountOf, publicKeyOf } from './account.js';
export { RAW_PER_BAN, toBan, toRaw } from './amount.js';
export { hashOf, validate } from './block.js';
export { Client } from './client.js';
export { Connection } from './connection.js';
export { Refused, Unanswered } from './errors.js';
export { StreamEvent } from './event.js';
export { Invoice } from './invoices.js';
export { paymentsSince } from './payments.js';
export { Pool } from './pool.js';
export { memoryStore, webStore } from './stores.js';
export { Subscription } from './subscription.js';
