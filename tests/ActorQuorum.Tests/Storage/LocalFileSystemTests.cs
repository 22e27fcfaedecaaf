using System.Diagnostics;
using ActorQuorum.Core.Raft;
using ActorQuorum.Storage;

namespace ActorQuorum.Tests.Storage;

/// <summary>The same on the machine's own disk.</summary>
[Trait("Row", "RP-7")]
[Trait("Row", "RN-5")]
public sealed class LocalFileSystemTests : IDisposable
{
    private readonly string _home = Path.Combine(Path.GetTempPath(), "actorquorum-" + Guid.NewGuid().ToString("n"));
    private readonly LocalFileSystem _files = new();

    public LocalFileSystemTests() => _files.CreateDirectory(_home);

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public void A_file_grows_at_its_end_and_is_read_anywhere()
    {
        using IFile file = _files.Open(At("a"), create: true);
        file.Append("hello "u8);
        file.Append("world"u8);
        file.Flush();

        byte[] read = new byte[8];
        file.Length.ShouldBe(11);
        file.Read(6, read).ShouldBe(5);
        read[..5].ShouldBe("world"u8.ToArray());
        using IFile again = _files.Open(At("a"), create: false);
        again.Length.ShouldBe(11);
    }

    [Fact]
    public void A_missing_file_is_not_created_unasked() => Should.Throw<FileNotFoundException>(() => _files.Open(At("a"), create: false));

    [Fact]
    public void Names_are_listed_renamed_and_deleted()
    {
        foreach (string name in new[] { "b", "a", "C" })
            _files.Open(At(name), create: true).Dispose();
        _files.CreateDirectory(At(Path.Combine("deep", "deeper")));

        _files.Rename(At("b"), At("a"));
        _files.Delete(At("missing"));
        _files.FlushDirectory(_home);

        _files.List(_home).ShouldBe(["C", "a"]);
        _files.Delete(At("C"));
        _files.List(_home).ShouldBe(["a"]);
        _files.FreeBytes(_home).ShouldBeGreaterThan(0);
    }

    [SkippableFact]
    public void A_directory_that_is_not_there_cannot_be_flushed()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows flushes no directories.");
        Should.Throw<IOException>(() => _files.FlushDirectory(At("missing"))).Message.ShouldContain(At("missing"));
    }

    [SkippableFact]
    public void A_full_disk_is_told_with_the_file()
    {
        Skip.IfNot(File.Exists("/dev/full"), "Only Linux has a device that is always full.");
        using IFile full = _files.Open("/dev/full", create: false);

        Should.Throw<DiskFullException>(() => full.Append(new byte[10])).Message.ShouldContain("/dev/full");
    }

    [SkippableFact]
    public void A_flush_that_cannot_be_done_is_an_error()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Tests the platform call of Linux.");
        using IFile device = _files.Open("/dev/full", create: false);

        Should.Throw<IOException>(device.Flush).Message.ShouldContain("Flushing /dev/full failed");
    }

    [Fact]
    public void A_lock_is_not_given_twice_in_one_process()
    {
        IDisposable? first = _files.TryLock(At("lock"));
        first.ShouldNotBeNull();

        _files.TryLock(At("lock")).ShouldBeNull();

        first.Dispose();
        using IDisposable? again = _files.TryLock(At("lock"));
        again.ShouldNotBeNull();
    }

    [SkippableFact]
    public async Task A_lock_is_not_given_to_two_processes()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && HasTool("flock"), "Needs the command flock as the other process.");
        using (_files.TryLock(At("lock")))
            (await LockFromOutside().WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe(42);
        (await LockFromOutside().WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe(0);

        // The other process echoes a byte once it has the lock. It becomes the command itself: a child would outlive it with the lock.
        using Process holder = Start("flock", "--no-fork", At("lock"), "cat");
        await holder.StandardInput.WriteAsync('x');
        await holder.StandardInput.FlushAsync();
        (await holder.StandardOutput.BaseStream.ReadAsync(new byte[1]).AsTask().WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe(1);
        _files.TryLock(At("lock")).ShouldBeNull();
        holder.Kill();
        await holder.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));

        using IDisposable? taken = _files.TryLock(At("lock"));
        taken.ShouldNotBeNull();

        async Task<int> LockFromOutside()
        {
            using Process other = Start("flock", "--nonblock", "--conflict-exit-code", "42", At("lock"), "true");
            await other.WaitForExitAsync();
            return other.ExitCode;
        }
    }

    [Fact]
    public void A_data_directory_in_use_is_refused_and_its_holder_named()
    {
        using DataDirectory first = OpenHome();

        Should.Throw<DataDirectoryException>(OpenHome).Message.ShouldContain($"in use by another process (number {Environment.ProcessId})");
    }

    [Fact]
    public void A_data_directory_and_its_log_are_read_back()
    {
        var model = new LogModel();
        ulong incarnation;
        using (DataDirectory home = OpenHome())
        {
            incarnation = home.Incarnation;
            using WriteAheadLog log = OpenLog(home, out _);
            var script = new GroupScript(1);
            for (int i = 0; i < 20; i++)
            {
                Persist[] batch = [script.Next(3, commandBytes: 40, newTerm: i % 5 == 0)];
                log.Write(batch);
                model.Add(batch);
                log.Flush();
            }

            log.Close();
        }

        using DataDirectory again = OpenHome();
        again.Incarnation.ShouldBe(incarnation);
        using WriteAheadLog reopened = OpenLog(again, out RecoveredLog recovered);
        LogModel.Text(recovered).ShouldBe(model.After(model.Count));
        _files.List(again.LogDirectory).Count.ShouldBeGreaterThan(2);
        recovered.Notes.ShouldBeEmpty();
    }

    [Fact]
    public void A_torn_tail_is_cut_and_the_log_goes_on()
    {
        using DataDirectory home = OpenHome();
        var script = new GroupScript(1);
        using (WriteAheadLog log = OpenLog(home, out _))
        {
            log.Write([script.Next(2)]);
            log.Flush();
        }

        string segment = Path.Combine(home.LogDirectory, "0000000000000001.wal");
        using (IFile tail = _files.Open(segment, create: false))
            tail.Append("a torn tail"u8);

        using (WriteAheadLog log = OpenLog(home, out RecoveredLog cut))
        {
            cut.Notes.ShouldHaveSingleItem().ShouldStartWith("Cut a torn tail of 11 bytes at " + segment);
            cut.Groups[1].Entries.Count.ShouldBe(2);
            log.Write([script.Next(1)]);
            log.Close();
        }

        OpenLog(home, out RecoveredLog whole).Dispose();
        whole.Groups[1].Entries.Count.ShouldBe(3);
        whole.Notes.ShouldBeEmpty();
    }

    [Fact]
    public void Damage_below_the_mark_is_refused()
    {
        using DataDirectory home = OpenHome();
        using (WriteAheadLog log = OpenLog(home, out _))
        {
            log.Write([new GroupScript(1).Next(2)]);
            log.Close();
        }

        string segment = Path.Combine(home.LogDirectory, "0000000000000001.wal");
        byte[] bytes = File.ReadAllBytes(segment);
        bytes[110] ^= 1;
        File.WriteAllBytes(segment, bytes);

        Should.Throw<StorageDamagedException>(() => OpenLog(home, out _)).File.ShouldBe(segment);
    }

    private static bool HasTool(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, name)));

    private static Process Start(string command, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;

    private string At(string name) => Path.Combine(_home, name);

    private DataDirectory OpenHome() => DataDirectory.Open(
        _files, At("node"), 0xC1, new MemberId(0xA1), "n1", () => BitConverter.ToUInt64(Guid.NewGuid().ToByteArray()));

    private WriteAheadLog OpenLog(DataDirectory home, out RecoveredLog recovered) => WriteAheadLog.Open(
        _files, home.LogDirectory, LogRig.Options with { Incarnation = home.Incarnation, SegmentSizeBytes = 1024 }, out recovered);
}
