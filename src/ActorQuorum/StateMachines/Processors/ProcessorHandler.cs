namespace ActorQuorum.StateMachines.Processors;

/// <summary>
/// A user's own command. It runs on every node, at the same place of the log, and must do the same on each: what it does depends on the
/// store and the payload and on nothing else. No clock, no randomness, no environment, culture or configuration, no I/O, no order of a
/// hash table, no other thread; nothing it keeps between calls but what it has in the store (docs/processors.md).
/// </summary>
/// <param name="store">The key-value store: reads see this command's own writes. Not to be used once the handler has returned.</param>
/// <param name="payload">What the caller enqueued.</param>
/// <returns>What the caller gets.</returns>
public delegate Bytes ProcessorHandler(ProcessorTransaction store, Bytes payload);
