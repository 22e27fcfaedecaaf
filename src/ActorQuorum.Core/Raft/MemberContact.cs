namespace ActorQuorum.Core.Raft;

/// <summary>How a member is called and where it is reached. Stands in configuration entries, so that a cluster can grow beyond its files.</summary>
/// <param name="Name">Its name; empty while unknown.</param>
/// <param name="Peer">Where the other members reach it, as <c>host:port</c>; empty while unknown.</param>
/// <param name="Client">Where clients reach it, as <c>host:port</c>; empty while unknown.</param>
internal sealed record MemberContact(string Name, string Peer, string Client)
{
    /// <summary>The most bytes of each of the three, as UTF-8.</summary>
    public const int TextSizeBytes = 255;

    /// <summary>Nothing is known.</summary>
    public static MemberContact Unknown { get; } = new("", "", "");

    /// <summary>Whether all three are short enough to be written down.</summary>
    public bool IsWithinBounds => IsShort(Name) && IsShort(Peer) && IsShort(Client);

    /// <summary>This contact, completed where it says nothing by <paramref name="other"/>.</summary>
    public MemberContact Or(MemberContact other) =>
        new(Name.Length > 0 ? Name : other.Name, Peer.Length > 0 ? Peer : other.Peer, Client.Length > 0 ? Client : other.Client);

    private static bool IsShort(string text) => System.Text.Encoding.UTF8.GetByteCount(text) <= TextSizeBytes;
}
