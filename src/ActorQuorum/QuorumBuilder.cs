using ActorQuorum.Hosting;
using ActorQuorum.StateMachines.Processors;
using ActorQuorum.Transport;
using Microsoft.Extensions.Logging;

namespace ActorQuorum;

/// <summary>What a program brings to its node beside the settings: its processors, and its way to carry bytes between nodes.</summary>
public sealed class QuorumBuilder
{
    private readonly Dictionary<string, ProcessorHandler> _processors = new(StringComparer.Ordinal);
    private Func<FrameTransportContext, IFrameTransport>? _makeTransport;

    /// <summary>Whether a node that stops itself (fail-stop) stops the program's generic host with it.</summary>
    internal bool IsHostStoppedToo { get; private set; }

    /// <summary>Adds a processor: a command of your own. Every member must have it before any of them is asked for it (docs/processors.md).</summary>
    /// <param name="name">Its name: 1 to 64 letters, digits, dots, dashes and underscores. A changed behaviour is a new processor with a new name.</param>
    /// <param name="handler">What it does; deterministic.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name can be none, or is taken.</exception>
    /// <exception cref="InvalidOperationException">There are 256 processors already, the most that a node may have.</exception>
    public QuorumBuilder AddProcessor(string name, ProcessorHandler handler)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(handler);
        if (ProcessorSet.WhyNoName(name) is { } why) throw new ArgumentException(why, nameof(name));
        if (_processors.ContainsKey(name)) throw new ArgumentException($"There is a processor '{name}' already.", nameof(name));
        if (_processors.Count == ProcessorSet.CountLimit)
        {
            throw new InvalidOperationException(
                $"A node has {ProcessorSet.CountLimit} processors at most, and '{name}' is one more: let one processor tell kinds of commands apart by their payload.");
        }

        _processors.Add(name, handler);
        return this;
    }

    /// <summary>Carries what nodes say to each other in a way of your own, in place of TCP.</summary>
    /// <param name="make">
    /// Makes the transport of the node; it is disposed with it. Asked again where the node begins anew (<see cref="ISoloNode"/>), after the one before is disposed.
    /// </param>
    /// <returns>This builder.</returns>
    public QuorumBuilder UseTransport(Func<FrameTransportContext, IFrameTransport> make)
    {
        _makeTransport = make ?? throw new ArgumentNullException(nameof(make));
        return this;
    }

    /// <summary>Has a node that stops itself, as its disk failed or its state broke an invariant, stop the generic host too. Else the host lives on.</summary>
    /// <returns>This builder.</returns>
    public QuorumBuilder StopHostWhenNodeFails()
    {
        IsHostStoppedToo = true;
        return this;
    }

    /// <summary>The handlers by their names.</summary>
    internal IReadOnlyDictionary<string, ProcessorHandler> Processors => _processors;

    /// <summary>The processors as the node has them.</summary>
    internal ProcessorSet ToProcessors(string node, ILogger logger) => new(_processors, (name, index, cause) => logger.LogWarning(
        cause, "{Node} the processor {Processor} failed at entry {Index}; its changes are discarded", node, name, index));

    /// <summary>What carries the node.</summary>
    internal NodeHosting ToHosting(NodeHosting byDefault) => _makeTransport is not { } make
        ? byDefault
        : byDefault with { MakeTransport = (_, options, logger) => new FramePeerTransport(options, make, logger) };
}
