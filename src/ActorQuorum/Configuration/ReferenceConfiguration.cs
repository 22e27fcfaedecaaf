using ActorQuorum.Configuration.Hocon;

namespace ActorQuorum.Configuration;

/// <summary>The <c>reference.conf</c> of this assembly: all keys and their defaults.</summary>
internal static class ReferenceConfiguration
{
    /// <summary>Its name in origins; no file of a user can have it, for it is no path.</summary>
    public const string Name = "reference.conf (built in)";

    public const string RootKey = "actorquorum";

    /// <summary>The built-in file's text, to show to a user.</summary>
    public static string Text { get; } = ReadResource();

    public static ObjectNode Node { get; } = HoconFiles.ReadText(Text, Name);

    /// <summary>The object below the root key.</summary>
    public static HoconObject Values { get; } = (HoconObject)HoconReader.Resolve([Node]).Fields[RootKey].Value;

    private static string ReadResource()
    {
        using var stream = typeof(ReferenceConfiguration).Assembly.GetManifestResourceStream("reference.conf")
            ?? throw new InvalidOperationException("The assembly lacks its resource reference.conf: it was built wrong; build it again.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
