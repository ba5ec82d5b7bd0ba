// The same service on Bun's server: `bun bun.js TOPIC FILE plain|compressed`. Prints its port. For every line of its
// input it publishes the file's text so many times to the topic, and ends with its input.
import { readFileSync } from 'node:fs';

const [topic, file, form] = process.argv.slice(2);
const text = readFileSync(file, 'utf8');
const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: (request, server) => (server.upgrade(request) ? undefined : new Response('', { status: 400 })),
  websocket: {
    perMessageDeflate: form === 'compressed',
    backpressureLimit: 1 << 30,
    message(socket, message) {
      const { topic, options } = JSON.parse(message);
      for (const name of options?.accounts ?? [topic]) socket.subscribe(name);
      socket.send(JSON.stringify({ ack: 'subscribe', time: String(Date.now()) }));
    },
  },
});
console.log(server.port);
for await (const line of console) {
  for (let left = Number(line); left > 0; left -= 1) server.publish(topic, text, form === 'compressed');
}
process.exit(0);
