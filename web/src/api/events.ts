/** Server-sent events over `fetch`, because EventSource cannot send a key. A cut stream is taken up where it ended. */
import { ApiError, apiFetch } from './client.ts';

export interface ServerEvent {
  name: string;
  data: unknown;
}

const RETRY_MS = 1_000;
const RETRIES_MAX = 30;

/** Calls `onEvent` for every event until the stream names one of `last`, or the signal fires. */
export async function followEvents(
  path: string,
  last: readonly string[],
  onEvent: (event: ServerEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  let lastId = '';
  for (let attempt = 0; attempt < RETRIES_MAX && !signal.aborted; attempt++) {
    try {
      const response = await apiFetch(path, { signal, headers: lastId === '' ? {} : { 'last-event-id': lastId } });
      for await (const { id, ...event } of eventsOf(response.body!)) {
        attempt = 0;
        lastId = id ?? lastId;
        onEvent(event);
        if (last.includes(event.name)) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.status >= 400 && error.status < 500) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/** The events of one stream; `onSign` is called for every sign of life, comments among them. */
export async function* eventsOf(
  body: ReadableStream<Uint8Array>,
  onSign: () => void = () => {},
): AsyncGenerator<ServerEvent & { id: string | undefined }> {
  for await (const block of blocksOf(body)) {
    onSign();
    const { id, event = 'message', data } = fieldsOf(block);
    if (data !== undefined) yield { id, name: event, data: JSON.parse(data) };
  }
}

async function* blocksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let text = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      yield* blocks;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function fieldsOf(block: string): Partial<Record<'id' | 'event' | 'data', string>> {
  return Object.fromEntries(
    block
      .split('\n')
      .filter((line) => !line.startsWith(':') && line.includes(': '))
      .map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
  );
}
