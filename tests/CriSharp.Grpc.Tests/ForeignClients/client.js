// Calls the probe as a gRPC client that is not ours (JavaScript). usage: client.js SOCKET SCENARIO; prints one JSON document.
'use strict';
const grpc = require('@grpc/grpc-js');
const { readFileSync } = require('node:fs');

// Payload { body }: field 1, length-delimited.
function encode(body) {
  const prefix = [0x0a];
  let length = body.length;
  for (; length >= 0x80; length >>>= 7) {
    prefix.push((length & 0x7f) | 0x80);
  }
  return Buffer.concat([Buffer.from([...prefix, length]), body]);
}

function decode(message) {
  if (message.length === 0) {
    return message;
  }
  let at = 1;
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const octet = message[at++];
    length |= (octet & 0x7f) << shift;
    if (octet < 0x80) {
      return message.subarray(at, at + length);
    }
  }
}

const client = new grpc.Client(`unix:${process.argv[2]}`, grpc.credentials.createInsecure(), {
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
});
const path = (method) => `/probe.Prober/${method}`;
const outcome = (error) => ({ code: error.code, message: error.details });
const within = (milliseconds) => ({ deadline: Date.now() + milliseconds });

function unary(method, body, options = {}) {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path(method), encode, decode, Buffer.from(body), new grpc.Metadata(), options,
      (error, response) => (error ? reject(error) : resolve(response)));
  });
}

const failing = (call) => call.then(() => ({ code: 0, message: '' }), outcome);

function stream(method, body, onMessage = () => {}) {
  const bodies = [];
  return new Promise((resolve) => {
    const call = client.makeServerStreamRequest(path(method), encode, decode, Buffer.from(body));
    call.on('data', (message) => {
      bodies.push(message.toString());
      onMessage(call);
    });
    call.on('error', (error) => resolve({ ...outcome(error), bodies }));
    call.on('end', () => resolve({ code: 0, message: '', bodies }));
  });
}

const scenarios = {
  echo: async () => ({ body: (await unary('Echo', 'hello')).toString() }),
  count: () => stream('Count', '500'),
  deadline: () => failing(unary('Wait', 'foreign deadline', within(300))),
  stubborn: () => failing(unary('Ignore', 'foreign stubborn', within(300))),
  cancel: () => stream('WaitStreaming', 'foreign cancel', (call) => call.cancel()),
  errors: async () => {
    const all = [];
    for (const [code, message] of JSON.parse(readFileSync(0, 'utf8'))) {
      all.push(await failing(unary('Fail', `${code} ${message}`)));
    }
    return { all };
  },
  unknown: () => failing(unary('Nothing', '')),
  late: () => stream('FailLate', '9 späte Störung'),
  large: async () => {
    const body = Buffer.alloc(20 * 1024 * 1024, Buffer.from([...Array(256).keys()]));
    return { same: body.equals(await unary('Echo', body)), size: body.length };
  },
  gzip: async () => {
    const squeezing = new grpc.Client(`unix:${process.argv[2]}`, grpc.credentials.createInsecure(), { 'grpc.default_compression_algorithm': 2 });
    const response = await new Promise((resolve, reject) => squeezing.makeUnaryRequest(path('Echo'), encode, decode,
      Buffer.from('squeezed'.repeat(1000)), (error, message) => (error ? reject(error) : resolve(message))));
    squeezing.close();
    return { body: response.subarray(0, 8).toString() };
  },
  many: async () => {
    const calls = [...Array(200).keys()].map(async (number) => (await unary('Echo', String(number))).toString() === String(number));
    return { answered: (await Promise.all(calls)).filter((right) => right).length };
  },
  // Waits, and is then killed by the test.
  die: () => failing(unary('Wait', 'foreign die')),
};

scenarios[process.argv[3]]().then((result) => {
  console.log(JSON.stringify(result));
  client.close();
});
