// What the tools themselves make of an export: node check.mjs mermaid|perfetto|otlp FILE
import fs from 'node:fs';
import { createRequire } from 'node:module';

const [format, file] = process.argv.slice(2);
const text = fs.readFileSync(file, 'utf8');

// Mermaid's own parser, which wants a page around it.
async function mermaid() {
  const { JSDOM } = await import('jsdom');
  const page = new JSDOM('<!DOCTYPE html><body></body>');
  Object.assign(globalThis, { window: page.window, document: page.window.document });
  const tool = (await import('mermaid')).default;
  await tool.parse(text);
  const { db } = await tool.mermaidAPI.getDiagramFromText(text);
  return `${db.getMessages().length} messages and notes of ${[...db.getActors().keys()].length} participants`;
}

// The engine of the Performance panel of Chromium's developer tools, which reads trace events: every slice must
// be there, and none inside another, for a worker does one thing after the other.
async function perfetto() {
  const Trace = await import('@paulirish/trace_engine/models/trace/trace.js');
  const { traceEvents } = JSON.parse(text);
  const processor = new Trace.Processor.TraceProcessor({ ...Trace.Handlers.ModelHandlers });
  await processor.parse(traceEvents, {});
  const data = processor.parsedTrace ?? processor.data;
  let slices = 0, roots = 0;
  for (const process of data.Renderer.processes.values())
    for (const thread of process.threads.values()) {
      slices += thread.entries.length;
      roots += thread.tree?.roots?.size ?? 0;
    }
  const written = traceEvents.filter((e) => e.ph === 'X').length;
  if (slices !== written || roots !== slices)
    throw new Error(`${written} slices were written, ${slices} read, ${slices - roots} of them inside another`);
  const names = [...data.Meta.processNames.values()].map((e) => e.args.name);
  return `${slices} slices of ${names.join(' ')}`;
}

// The protocol's own schema: what goes through protobuf must come out as it was. JSON has ids in hex, not base64.
async function otlp() {
  const require = createRequire(import.meta.url);
  const root = require('@opentelemetry/otlp-transformer/build/src/generated/root');
  const Request = root.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
  const sorted = (value) => JSON.stringify(value, (key, v) =>
    v && typeof v === 'object' && !Array.isArray(v) ? Object.fromEntries(Object.entries(v).sort()) : v);
  let spans = 0;
  for (const line of text.trimEnd().split('\n')) {
    const request = JSON.parse(line);
    for (const resource of request.resourceSpans)
      for (const scope of resource.scopeSpans)
        for (const span of scope.spans) {
          spans++;
          for (const [id, size] of [['traceId', 16], ['spanId', 8], ['parentSpanId', 8]]) {
            const bytes = Buffer.from(span[id] ?? '', 'hex');
            if (span[id] !== undefined && bytes.length !== size) throw new Error(`${id} ${span[id]}`);
            if (span[id] !== undefined) span[id] = bytes.toString('base64');
          }
        }
    const message = Request.fromObject(request);
    const wrong = Request.verify(message);
    if (wrong) throw new Error(wrong);
    const back = Request.toObject(Request.decode(Request.encode(message).finish()),
                                  { longs: String, bytes: String, enums: Number });
    if (sorted(back) !== sorted(request)) throw new Error('something is not of the schema: it does not come back');
  }
  return `${spans} spans`;
}

try {
  console.log(`${format}: ${await { mermaid, perfetto, otlp }[format]()}`);
  process.exit(0);
} catch (error) {
  console.log(`${format}: refused: ${String(error.message ?? error).split('\n').slice(0, 3).join(' ')}`);
  process.exit(1);
}
