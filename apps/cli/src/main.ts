import { Stack } from './http/stack.js';
import { Output } from './output/output.js';
import { run } from './program.js';
import { readinessOf } from './stack/readiness.js';

// A reader that has seen enough (`probity matrix | head`) closes the pipe; that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await run(process.argv.slice(2), {
  output: new Output(process.stdout, process.stderr, process.env),
  openStack: (as) => Stack.fromEnvironment(process.env, as),
  // Loaded only when asked for: it knows how to start servers, and every other command starts sooner without it.
  stackReadiness: async () => {
    const { StackHome, stackStatus } = await import('@probity/local-stack');
    return readinessOf(await stackStatus(StackHome.fromEnv(process.env)));
  },
  brokerRepair: async () => {
    const { BrokerRepair } = await import('@probity/local-stack');
    return BrokerRepair.fromEnv(process.env);
  },
});
