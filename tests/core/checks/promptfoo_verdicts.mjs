// Adds the verdicts of the real promptfoo to the samples of samples.py, on stdin and stdout. No network, no provider.
//   npm install promptfoo@0.123.1 && python -m tests.core.checks.samples | node promptfoo_verdicts.mjs > promptfoo_verdicts.json
import { readFileSync } from 'node:fs';
import promptfoo from 'promptfoo';

const lines = readFileSync(0, 'utf8').trim().split('\n');
const spans = (trace) =>
  trace.map(([name, args], at) => ({
    spanId: `${at}`, name: `call ${at}`, startTime: at, endTime: at + 1, attributes: { 'tool.name': name, 'tool.arguments': args },
  }));
console.log = () => undefined; // for samples that call it
const verdicts = [];
for (const line of lines) {
  const sample = JSON.parse(line);
  const output = sample.calls
    ? sample.calls.map(([name, args]) => ({ type: 'function', function: { name, arguments: args } }))
    : sample.answer;
  const trace = sample.trace && { traceId: '0'.repeat(32), evaluationId: 'e', testCaseId: 't', spans: spans(sample.trace) };
  let verdict;
  try {
    const run = sample.assert ? promptfoo.assertions.runAssertions : promptfoo.assertions.runAssertion;
    const result = await run({
      prompt: '',
      provider: { id: () => 'echo', config: { tools: sample.tools }, callApi: async () => ({ output }) },
      assertion: sample.check,
      test: { vars: sample.vars ?? {}, assert: sample.assert, threshold: sample.threshold },
      providerResponse: { output, cost: sample.cost, finishReason: sample.finish || undefined },
      latencyMs: sample.latency,
      ...(trace && { traceId: trace.traceId, traceData: trace }),
    });
    verdict = [result.pass, Number.isFinite(result.score) ? result.score : String(result.score)];
    if (sample.assert) verdict.push(result.namedScores ?? {});
  } catch (error) {
    verdict = ['error', String(error.message).slice(0, 120)];
  }
  // The line stays as it is: JavaScript would round large numbers.
  verdicts.push(`${line.slice(0, -1)}, "verdict": ${JSON.stringify(verdict)}}`);
}
const ascii = (text) => text.replace(/[\u007f-\uffff]/g, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
process.stdout.write(`[\n${verdicts.map(ascii).join(',\n')}\n]\n`, () => process.exit(0));
