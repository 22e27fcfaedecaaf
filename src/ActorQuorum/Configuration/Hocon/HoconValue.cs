namespace ActorQuorum.Configuration.Hocon;

/// <summary>What a simple value was written as; each can be read as a string.</summary>
internal enum ScalarKind
{
    Null,
    Boolean,
    Number,
    String,
}

/// <summary>A value with all substitutions resolved.</summary>
internal abstract record HoconValue(Origin Origin)
{
    /// <summary>What the value is, for an error message.</summary>
    public abstract string Describe();
}

/// <summary>A simple value; a number keeps the text it was written with.</summary>
internal sealed record HoconScalar(Origin Origin, ScalarKind Kind, string Text) : HoconValue(Origin)
{
    public override string Describe() => Kind switch
    {
        ScalarKind.Null => "null",
        ScalarKind.String => $"\"{Text}\"",
        _ => Text,
    };
}

/// <summary>An array.</summary>
internal sealed record HoconArray(Origin Origin, IReadOnlyList<HoconValue> Items) : HoconValue(Origin)
{
    public override string Describe() => "an array";
}

/// <summary>A field of an object, and where its key was written last: not where a substitution found the value.</summary>
internal sealed record HoconField(Origin KeyOrigin, HoconValue Value);

/// <summary>An object; its fields stand in the order in which their keys first appear.</summary>
internal sealed record HoconObject(Origin Origin, OrderedDictionary<string, HoconField> Fields) : HoconValue(Origin)
{
    public override string Describe() => "an object";
}
