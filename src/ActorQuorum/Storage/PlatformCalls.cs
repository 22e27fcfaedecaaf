using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ActorQuorum.Storage;

/// <summary>The few calls that the base library does not offer.</summary>
internal static partial class PlatformCalls
{
    private const int Interrupted = 4;
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;

    /// <summary>EWOULDBLOCK: 11 on Linux, 35 on macOS.</summary>
    public static bool IsHeldElsewhere(int errorNumber) => errorNumber == (OperatingSystem.IsLinux() ? 11 : 35);

    /// <summary>Makes a file's data durable, and of its metadata what is needed to read the data back.</summary>
    public static void FlushData(SafeFileHandle file, string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(file);
            return;
        }

        while (FDataSync(file) != 0)
        {
            // Interrupted means not yet run to its end, which says nothing about the data; any other failure is final.
            int error = Marshal.GetLastPInvokeError();
            if (error != Interrupted)
                throw new IOException($"Flushing {path} failed: {Marshal.GetPInvokeErrorMessage(error)}", error);
        }
    }

    /// <summary>Makes the names in a directory durable. Windows has no such call: NTFS journals them itself.</summary>
    public static void FlushDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
            return;
        // The base library refuses to open a directory; flags 0 is read-only on every Unix.
        using SafeFileHandle handle = Open(directory, 0);
        if (handle.IsInvalid)
        {
            int error = Marshal.GetLastPInvokeError();
            throw new IOException($"Opening the directory {directory} to flush it failed: {Marshal.GetPInvokeErrorMessage(error)}", error);
        }

        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Takes the advisory lock on an open file; false if another holds it.</summary>
    public static bool TryLockExclusively(SafeFileHandle file, string path)
    {
        if (Lock(file, LockExclusive | LockNonBlocking) == 0)
            return true;
        int error = Marshal.GetLastPInvokeError();
        return IsHeldElsewhere(error)
            ? false
            : throw new IOException($"Locking {path} failed: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FDataSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(SafeFileHandle file, int operation);
}
