'use strict';
// Talks to a streaming server through the npm package ws, and prints what it heard as JSON.
// usage: websocket.js URL PROTOCOL[,PROTOCOL] INPUT [end|close|none]    INPUT: text for channel 0, or a number of bytes
const crypto = require('node:crypto');
const WebSocket = require('ws');

const [url, offered, input, ending] = process.argv.slice(2);
const socket = new WebSocket(url, offered ? offered.split(',') : []);
const channels = {};
const digests = {};
let messages = 0;

function isBase64() {
  return socket.protocol.includes('base64.');
}

function say(channel, bytes) {
  return new Promise((resolve, reject) => {
    const message = isBase64() ? channel + bytes.toString('base64') : Buffer.concat([Buffer.from([channel]), bytes]);
    socket.send(message, (error) => (error ? reject(error) : resolve()));
  });
}

async function sayInput() {
  const size = Number(input);
  if (!size) {
    await say(0, Buffer.from(input));
    return;
  }

  const block = Buffer.alloc(50000);
  for (let at = 0; at < size; at += block.length) {
    await say(0, block.subarray(0, Math.min(block.length, size - at)));
  }
}

socket.on('open', async () => {
  await sayInput();
  if (ending === 'end') {
    socket.send(Buffer.from([255, 0]));
  } else if (ending === 'close') {
    socket.close(1000);
  }
});

socket.on('message', (data, isBinary) => {
  messages++;
  const channel = isBase64() ? data[0] - 48 : data[0];
  const bytes = isBase64() ? Buffer.from(data.subarray(1).toString(), 'base64') : data.subarray(1);
  if (isBinary === isBase64()) {
    throw new Error(`message ${messages} is of the wrong type`);
  }

  digests[channel] ??= { size: 0, hash: crypto.createHash('sha256') };
  digests[channel].size += bytes.length;
  digests[channel].hash.update(bytes);
  channels[channel] = ((channels[channel] ?? '') + bytes.toString('latin1')).slice(0, 1000);
});

socket.on('unexpected-response', (request, response) => {
  console.log(JSON.stringify({ refused: response.statusCode }));
  process.exit(0);
});

socket.on('close', (code) => {
  const sizes = {};
  const hashes = {};
  for (const [channel, digest] of Object.entries(digests)) {
    sizes[channel] = digest.size;
    hashes[channel] = digest.hash.digest('hex');
  }

  console.log(JSON.stringify({ protocol: socket.protocol, code, channels, sizes, hashes }));
});

socket.on('error', (error) => {
  console.error(error);
  process.exit(1);
});
