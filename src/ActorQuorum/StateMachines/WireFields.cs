namespace ActorQuorum.StateMachines;

/// <summary>The fields of one kind of message, filled while it is read in place.</summary>
internal interface IWireFields
{
    /// <summary>Reads the field that <paramref name="reader"/> came to; false if it is none of this kind's.</summary>
    /// <param name="reader">The reader of <paramref name="message"/>.</param>
    /// <param name="message">The message's memory: bytes fields are parts of it.</param>
    bool TryTake(ref WireReader reader, ReadOnlyMemory<byte> message);
}

/// <summary>Reads messages whose fields are all known beforehand.</summary>
internal static class WireFields
{
    /// <summary>Fills <paramref name="fields"/>, passing over what it does not know; false if the bytes are no message.</summary>
    public static bool TryRead<T>(ReadOnlyMemory<byte> message, ref T fields)
        where T : struct, IWireFields
    {
        var reader = new WireReader(message.Span);
        while (reader.Next())
        {
            if (!fields.TryTake(ref reader, message))
            {
                reader.Skip();
            }
        }

        return !reader.IsDamaged;
    }
}
