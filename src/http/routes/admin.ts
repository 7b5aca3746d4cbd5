/** Verification, rebuild, and how the instance is doing. */
import { Type } from 'typebox';
import { accountOf, type HttpContext } from '../context.ts';
import { DoctorSchema, doctorReport } from '../doctor.ts';
import { TAGS } from '../openapi.ts';
import { JobSchema, problemAnswers } from '../schemas.ts';
import type { Scope } from '../scope.ts';
import { jobView, verifyView } from '../views.ts';

export function adminRoutes(app: Scope, context: HttpContext): void {
  const { footing, jobs } = context;
  const started = { response: { 202: JobSchema, ...problemAnswers } };
  const JobParams = Type.Object({ id: Type.String({ maxLength: 60 }) });

  app.post(
    '/api/verify',
    {
      config: { access: 'admin' },
      schema: {
        tags: [TAGS.operation],
        summary: 'Start to verify the books',
        description:
          'Recomputes the chain, every evidence hash and, from a rebuild into a scratch ledger, every total.',
        ...started,
      },
    },
    async (request, reply) => {
      const accountId = accountOf(request);
      const job = jobs.start(accountId, 'verify', async (report) =>
        verifyView(
          await footing.verify(accountId, report, [
            (id) => context.keys.differences(id),
            (id) => context.webhookSecrets.differences(id),
          ]),
        ),
      );
      return reply.code(202).header('location', `/api/jobs/${job.id}`).send(jobView(job));
    },
  );

  app.post(
    '/api/rebuild',
    {
      config: { access: 'admin' },
      schema: {
        tags: [TAGS.operation],
        summary: 'Start to build the ledger anew from the journal',
        description: 'The present ledger answers until the new one is complete; then the two are switched.',
        ...started,
      },
    },
    async (request, reply) => {
      const accountId = accountOf(request);
      const job = jobs.start(accountId, 'rebuild', async (report) => {
        await footing.ledger.rebuild(accountId, (seq, progress) =>
          report(`entry ${seq}: ${progress.stage}`, progress.rows, progress.rowsTotal),
        );
        return { seq: (await footing.journal.head(accountId)).seq };
      });
      return reply.code(202).header('location', `/api/jobs/${job.id}`).send(jobView(job));
    },
  );

  app.get(
    '/api/jobs',
    {
      config: { access: 'admin' },
      schema: {
        tags: [TAGS.operation],
        summary: 'Jobs since the server was started, newest first',
        response: {
          200: Type.Object({ jobs: Type.Array(JobSchema) }, { additionalProperties: false }),
          ...problemAnswers,
        },
      },
    },
    async (request) => ({ jobs: jobs.list(accountOf(request)).map(jobView) }),
  );

  app.get(
    '/api/jobs/:id',
    {
      config: { access: 'admin' },
      schema: {
        tags: [TAGS.operation],
        summary: 'A job',
        params: JobParams,
        response: { 200: JobSchema, ...problemAnswers },
      },
    },
    async (request) => jobView(jobs.get(accountOf(request), request.params.id).job),
  );

  app.get(
    '/api/jobs/:id/events',
    {
      config: { access: 'admin' },
      schema: {
        tags: [TAGS.operation],
        summary: 'Progress of a job as server-sent events',
        description: 'Events `progress`, then one `done` or `failed` with the whole job. `Last-Event-ID` is honoured.',
        produces: ['text/event-stream'],
        params: JobParams,
      },
    },
    async (request, reply) => {
      const accountId = accountOf(request);
      context.events.send(request, reply, accountId, jobs.get(accountId, request.params.id).log);
    },
  );

  app.get(
    '/api/doctor',
    {
      config: { access: 'instance' },
      schema: {
        tags: [TAGS.operation],
        summary: 'Versions, sizes, health, settings, and what is wrong',
        response: { 200: DoctorSchema, ...problemAnswers },
      },
    },
    async () => doctorReport(context),
  );
}
