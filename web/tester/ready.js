// Requests to begin with, and a request in other people's words.

/**
 * @param {import('../shared/network.js').Network | null} network
 * @returns {{ name: string, request: any }[]}
 */
export function scenarios(network) {
  const mine = network?.accounts[0]?.account ?? 'ban_1111111111111111111111111111111111111111111111111111hifc8npp';
  const representative = network?.representatives[0] ?? mine;
  const subscribe = (/** @type {string} */ topic, /** @type {any} */ options, more = {}) => ({ action: 'subscribe', topic, ack: true, cursor: true, ...more, ...(options ? { options } : {}) });
  return [
    { name: 'Everything that is confirmed', request: subscribe('confirmation', null) },
    { name: 'Watch an account', request: subscribe('confirmation', { accounts: [mine], include_linked_account: true }) },
    { name: 'Payments to an account', request: subscribe('confirmation', { accounts: [mine], subtypes: ['send'], direction: 'incoming' }) },
    { name: 'Whales: 1000 BAN or more', request: subscribe('confirmation', { min_amount: `1${'0'.repeat(32)}`, subtypes: ['send'] }) },
    { name: 'How a block is elected, with votes', request: subscribe('confirmation', { include_election_info_with_votes: true, include_sideband_info: true }) },
    { name: 'Votes of the representatives', request: subscribe('vote', { include_replays: true, include_indeterminate: true }) },
    { name: 'Votes of one representative', request: subscribe('vote', { representatives: [representative] }) },
    { name: 'Blocks before they are confirmed', request: subscribe('new_unconfirmed_block', null) },
    { name: 'Elections as they begin', request: subscribe('started_election', null) },
    { name: 'What the server still remembers', request: subscribe('confirmation', null, { since: 'oldest' }) },
    { name: 'Ping', request: { action: 'ping', id: '1' } },
    { name: 'A mistake', request: { action: 'subscribe', topic: 'confirmations', id: 'oops' } },
  ];
}

/** How to say the same elsewhere. @type {Record<string, (url: string, json: string) => string>} */
export const COPIES = {
  JSON: (_, json) => `${json}\n`,
  wscat: (url, json) => `npx wscat -c ${shell(url)} -x ${shell(json)} -w -1\n`,
  websocat: (url, json) => `(echo ${shell(json)}; cat) | websocat ${shell(url)}\n`,
  curl: (url, json) => `curl -N ${shell(eventsUrl(url, json))}\n`,
  JavaScript: (url, json) => {
    const { action, topic, options } = JSON.parse(json);
    if (action !== 'subscribe') return `import { Client } from 'banano-ws';\n\nconst client = new Client(${JSON.stringify(url)});\nconsole.log(await client.request(${json}));\nclient.close();\n`;
    return `import { Client } from 'banano-ws';\n\nconst client = new Client(${JSON.stringify(url)});\nfor await (const { message } of client.subscribe(${JSON.stringify(topic)}${options ? `, ${JSON.stringify(options)}` : ''})) {\n  console.log(message);\n}\n`;
  },
  Python: (url, json) => `import asyncio, websockets\n\nasync def main():\n    async with websockets.connect(${JSON.stringify(url)}) as socket:\n        await socket.send(${JSON.stringify(json)})\n        async for message in socket:\n            print(message)\n\nasyncio.run(main())\n`,
  Rust: (url, json) => `use futures_util::{SinkExt, StreamExt};\nuse tokio_tungstenite::{connect_async, tungstenite::Message};\n\n#[tokio::main]\nasync fn main() -> Result<(), Box<dyn std::error::Error>> {\n    let (mut socket, _) = connect_async(${JSON.stringify(url)}).await?;\n    socket.send(Message::text(r#"${json}"#)).await?;\n    while let Some(message) = socket.next().await {\n        println!("{}", message?);\n    }\n    Ok(())\n}\n`,
};

/** @param {string} text */
const shell = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** The subscription in a URL, as server-sent events. @param {string} url @param {string} json */
function eventsUrl(url, json) {
  const { topic = 'confirmation', options = {}, since } = JSON.parse(json);
  const query = new URLSearchParams({ topic });
  for (const [name, value] of Object.entries(options)) query.set(name, String(value));
  if (since) query.set('since', since);
  return `${url.replace(/^ws/, 'http').replace(/\/$/, '')}/events?${query}`;
}
