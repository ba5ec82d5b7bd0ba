// Initialize WebSocket connection
const ws = new WebSocket('wss://ws.banano.trade');
// Connection opened
ws.addEventListener('open', (event) => {
console.log('Connected to Banano WebSocket server');
// Subscribe to confirmations
const subscribeMsg = {
action: 'subscribe',
topic: 'confirmation'
};
ws.send(JSON.stringify(subscribeMsg));
});
// Listen for messages
ws.addEventListener('message', (event) => {
const data = JSON.parse(event.data);
console.log('Received:', data);
// Process confirmation data
if (data.topic === 'confirmation') {
const block = data.message.block;
console.log(`New confirmed block for ${block.account}`);
console.log(`Amount: ${data.message.amount}`);
console.log(`Block type: ${block.subtype || 'change'}`);
}
});
// Connection closed
ws.addEventListener('close', (event) => {
console.log('Disconnected from Banano WebSocket server');
});
// Handle errors
ws.addEventListener('error', (error) => {
console.error('WebSocket error:', error);
});
