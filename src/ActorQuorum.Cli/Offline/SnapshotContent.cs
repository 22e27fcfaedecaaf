using ActorQuorum.StateMachines;
using ActorQuorum.Storage;

namespace ActorQuorum.Cli.Offline;

/// <summary>What a snapshot's file holds, checked.</summary>
/// <param name="Head">What it stands for.</param>
/// <param name="Revision">The store's revision.</param>
/// <param name="Keys">How many keys are live.</param>
/// <param name="SizeBytes">The file's length.</param>
/// <param name="Hash">Its SHA-256, in hexadecimal.</param>
internal sealed record SnapshotContent(SnapshotHead Head, long Revision, long Keys, long SizeBytes, string Hash)
{
    /// <summary>Reads and checks a snapshot.</summary>
    /// <exception cref="SnapshotDamagedException">It is damaged.</exception>
    public static SnapshotContent Of(string path)
    {
        var file = LocalFile.OpenToRead(path);
        var sizeBytes = file.Length;
        using var reader = new SnapshotReader(file, path, withHash: true);
        var state = KeyValueRestore.ReadHead(reader);
        reader.Skip();
        reader.Finish();
        var hash = new byte[SnapshotFormat.HashBytes];
        file.Read(sizeBytes - hash.Length, hash);
        return new(reader.Head, state.Revision, state.Live, sizeBytes, Convert.ToHexStringLower(hash));
    }
}
