using System.Buffers;
using System.Globalization;
using System.Text;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.Transport;

/// <summary>What a node of the constant election may say of itself: in datagrams, in hellos, and of others to newcomers.</summary>
internal static class PeerContact
{
    /// <summary>The longest name's bytes: three for each character, whatever the script.</summary>
    public const int NameLimitBytes = 3 * VotingOptions.NameLength;

    /// <summary>The longest address, as DNS bounds it.</summary>
    public const int HostLimitBytes = 255;

    private const int ZeroWidthNonJoiner = 0x200C;
    private const int ZeroWidthJoiner = 0x200D;

    private static readonly SearchValues<char> HostCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:%");

    /// <summary>Where a member listens.</summary>
    public static PeerAddress AddressOf(VotingMember member) => new(member.Name, new HostAndPort(member.Host, member.Port).ToString());

    /// <summary>Why a name is none, or null.</summary>
    public static string? WhyNoName(string name) =>
        name.Length is 0 or > VotingOptions.NameLength ? $"a name has 1 to {VotingOptions.NameLength} characters, this one {name.Length}"
        : !IsUnicode(name) ? "a name is Unicode: this one has half a character"
        : name.EnumerateRunes().Any(Spoils) ? "a name has no control characters, line ends or invisible signs"
        : null;

    /// <summary>
    /// Whether this character can make a line of a log look like another: it ends the line, turns its direction, or is not seen. The two joiners are
    /// part of how some scripts are written.
    /// </summary>
    public static bool Spoils(Rune character) => Rune.GetUnicodeCategory(character) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        UnicodeCategory.Format => character.Value is not (ZeroWidthNonJoiner or ZeroWidthJoiner),
        _ => false,
    };

    /// <summary>Why a node's word of itself or another cannot be, or null.</summary>
    public static string? Objection(VotingMember member) => WhyNoName(member.Name) ?? member switch
    {
        { Id.IsNone: true } => "it bears no number",
        { Port: < 1 or > ushort.MaxValue } => $"the port {member.Port} is none",
        { BirthMs: <= 0 } => "it was never born",
        _ when member.Host.Length > 0 && !IsHost(member.Host) => "its address is none",
        _ => null,
    };

    /// <summary>Whether it may be an address or a host's name. Of its characters each is one byte.</summary>
    public static bool IsHost(string text) => text.Length is > 0 and <= HostLimitBytes && !text.AsSpan().ContainsAnyExcept(HostCharacters);

    /// <summary>Half a surrogate pair could not be written as UTF-8 and read again.</summary>
    private static bool IsUnicode(string name)
    {
        for (var rest = name.AsSpan(); !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out _, out var used) != OperationStatus.Done)
            {
                return false;
            }

            rest = rest[used..];
        }

        return true;
    }
}
