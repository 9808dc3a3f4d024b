// Adds what the real promptfoo asks a fake judge, and its verdicts, to the samples of samples.py, on stdin and stdout.
// The judge is a server on the loopback; nothing else is asked. Of a request with promptfoo's own prompt only the probes
// that are in it are kept, of one with a rubricPrompt all.
//   npm install promptfoo@0.123.1
//   python -m tests.core.judging.samples | node promptfoo_judgements.mjs > promptfoo_judgements.json
import { readFileSync, mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let line;
let sample;
let requests;

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (part) => (body += part));
  request.on('end', () => {
    const asked = JSON.parse(body);
    const send = (status, data) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(data));
    };
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    if (request.url.endsWith('/embeddings')) {
      requests.push({ model: asked.model, text: asked.input });
      const vector = sample.vectors?.[asked.input] ?? [1, 1];
      return send(200, { object: 'list', model: asked.model, data: [{ index: 0, embedding: vector }], usage });
    }
    const told = asked.messages.map((message) => message.content).join('\n');
    const kept = line.includes('"rubricPrompt"') && { messages: asked.messages };
    requests.push({ model: asked.model, has: sample.probes.filter((probe) => told.includes(probe)), ...kept });
    const [, reply] = sample.rules.find(([text]) => told.includes(text));
    if (typeof reply === 'number') return send(reply, { error: { message: 'The fake judge fails.', code: 'fake' } });
    const message = { role: 'assistant', content: reply };
    send(200, { id: '1', object: 'chat.completion', model: asked.model, choices: [{ index: 0, message, finish_reason: 'stop' }], usage });
  });
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
Object.assign(process.env, {
  OPENAI_BASE_URL: `http://127.0.0.1:${server.address().port}/v1`,
  OPENAI_API_KEY: 'none',
  PROMPTFOO_CONFIG_DIR: mkdtempSync(join(tmpdir(), 'promptfoo-')),
  PROMPTFOO_CACHE_ENABLED: 'false',
  PROMPTFOO_DISABLE_TELEMETRY: '1',
  PROMPTFOO_DISABLE_UPDATE: '1',
  PROMPTFOO_DISABLE_REMOTE_GENERATION: '1',
  LOG_LEVEL: 'error',
});
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true; // its log
const { default: promptfoo } = await import('promptfoo');

const lines = readFileSync(0, 'utf8').trim().split('\n');
const verdictOf = (result) => [result.pass, Number.isFinite(result.score) ? result.score : String(result.score)];
const judged = [];
for (line of lines) {
  sample = JSON.parse(line);
  requests = [];
  let verdicts;
  try {
    const record = await promptfoo.evaluate(
      {
        prompts: [sample.prompt],
        providers: [{ id: () => 'tested', callApi: async () => ({ output: sample.answer }) }],
        defaultTest: sample.defaults,
        tests: [{ vars: sample.vars, assert: sample.assert, options: sample.options }],
        writeLatestResults: false,
      },
      { cache: false, maxConcurrency: 1, showProgressBar: false },
    );
    const [result] = record.results ?? (await record.toEvaluateSummary()).results;
    const parts = result.gradingResult?.componentResults;
    verdicts = parts?.length ? parts.map(verdictOf) : [['error', String(result.error).split('\n')[0]]];
  } catch (error) {
    verdicts = [['error', String(error.message).split('\n')[0]]];
  }
  // The line stays as it is: JavaScript would round large numbers.
  judged.push(`${line.slice(0, -1)}, "requests": ${JSON.stringify(requests)}, "verdicts": ${JSON.stringify(verdicts)}}`);
}
const ascii = (text) => text.replace(/[\u007f-\uffff]/g, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
write(`[\n${judged.map(ascii).join(',\n')}\n]\n`, () => process.exit(0));
