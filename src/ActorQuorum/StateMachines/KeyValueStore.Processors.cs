using System.Collections.Immutable;
using ActorQuorum.StateMachines.Processors;

namespace ActorQuorum.StateMachines;

/// <content>Commands for processors.</content>
internal sealed partial class KeyValueStore
{
    private readonly ProcessorSet _processors = processors ?? ProcessorSet.None;

    /// <inheritdoc/>
    public ImmutableArray<string> Processors => _processors.Names;

    /// <inheritdoc/>
    public CommandResult? Objection(ReadOnlyMemory<byte> command, out string? processor)
    {
        processor = null;
        if (!Command.TryOpen(command, out var kind, out var request) || kind != CommandKind.Process) return null;
        if (ProcessFields.Read(request, out var fields) is { } refusal) return refusal.At(0);
        processor = fields.Name;
        return null;
    }

    private CommandResult Process(long index, ReadOnlyMemory<byte> request)
    {
        if (ProcessFields.Read(request, out var fields) is { } refusal) return refusal.At(_revision);
        var run = new ProcessorRun(_index, _revision, _processors);
        var refusalOnTheWay = run.Execute(fields, index);
        if (run.HasChanged) Advance();
        return refusalOnTheWay?.At(_revision) ?? Answer(run.Result);
    }
}
