namespace ActorQuorum.TestKit.Linearizability;

/// <summary>Why a history is not linearizable: its shortest prefix, by calls and returns, that has no order.</summary>
public sealed record Counterexample
{
    /// <summary>The key whose operations these are; null if the model has but one part.</summary>
    public required string? Key { get; init; }

    /// <summary>The operations of the prefix that concern the key, by call.</summary>
    public required IReadOnlyList<ShownOperation> Operations { get; init; }

    /// <summary>The operation whose return ends the prefix: before it, an order was left.</summary>
    public required ShownOperation Last { get; init; }

    /// <summary>The operation that the furthest orders could not place. Mostly the last one.</summary>
    public required ShownOperation Unplaced { get; init; }

    /// <summary>Some of the orders that got furthest, each leading to another state.</summary>
    public required IReadOnlyList<PartialOrder> FurthestOrders { get; init; }

    /// <summary>Whether each shorter prefix was shown to have an order; not so where a search was given up.</summary>
    public required bool IsShortest { get; init; }
}

/// <summary>An operation, as a reader wants to see it.</summary>
/// <param name="Number">Its number in the prefix, by call, from 1.</param>
/// <param name="Client">Who asked.</param>
/// <param name="Text">What was asked and answered, as far as the prefix knows.</param>
/// <param name="CallTime">When it was called.</param>
/// <param name="ReturnTime">When it returned; null if never.</param>
/// <param name="CallEvent">The number of its call among the prefix' events, from 0.</param>
/// <param name="ReturnEvent">The number of its return among them; null if it still ran at the end.</param>
public sealed record ShownOperation(int Number, int Client, string Text, long CallTime, long? ReturnTime, int CallEvent, int? ReturnEvent);

/// <summary>An order that explains a part of the operations.</summary>
/// <param name="Initial">The state at first.</param>
/// <param name="Steps">The operations in this order.</param>
public sealed record PartialOrder(string Initial, IReadOnlyList<PartialOrderStep> Steps)
{
    /// <summary>The state in which nothing fits any more.</summary>
    public string Final => Steps.Count == 0 ? Initial : Steps[^1].State;
}

/// <summary>An operation in its place.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="State">The state that it leaves.</param>
public sealed record PartialOrderStep(ShownOperation Operation, string State);
