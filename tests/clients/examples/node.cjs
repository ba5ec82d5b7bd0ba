const WebSocket = require('ws');
// Initialize WebSocket connection
const ws = new WebSocket('wss://ws.banano.trade');
// Connection opened
ws.on('open', () => {
console.log('Connected to Banano WebSocket server');
// Subscribe to specific account confirmations
const subscribeMsg = {
action: 'subscribe',
topic: 'confirmation',
options: {
accounts: [
'ban_1youraccount111111111111111111111111111111111111111111111111111',
'ban_3anotheraccount1111111111111111111111111111111111111111111111111'
]
}
};
ws.send(JSON.stringify(subscribeMsg));
});
// Listen for messages
ws.on('message', (data) => {
const message = JSON.parse(data);
console.log('Received:', message);
// Process based on topic
switch (message.topic) {
case 'confirmation':
handleConfirmation(message.message);
break;
case 'vote':
handleVote(message.message);
break;
// Add handlers for other topics
}
});
function handleConfirmation(data) {
console.log(`Block confirmed: ${data.hash}`);
console.log(`Account: ${data.account}`);
console.log(`Amount: ${data.amount}`);
}
function handleVote(data) {
console.log(`Vote from: ${data.account}`);
console.log(`Voted for blocks: ${data.blocks.join(', ')}`);
}
// Handle connection close
ws.on('close', () => {
console.log('Disconnected from Banano WebSocket server');
});
// Handle errors
ws.on('error', (error) => {
console.error('WebSocket error:', error);
});
