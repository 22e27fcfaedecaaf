using ActorQuorum.Core.Raft;
using ActorQuorum.Storage;
using ActorQuorum.TestKit.Disk;
using FsCheck;
using FsCheck.Fluent;

namespace ActorQuorum.Tests.Storage;

/// <summary>Random work, random faults: what is recovered is what was written up to some record, never less than was flushed.</summary>
[Trait("Row", "RP-7")]
public sealed class CrashPropertyTests
{
    [Fact]
    public void What_is_recovered_is_a_prefix_that_holds_everything_flushed()
    {
        Arbitrary<int[]> work = Gen.Choose(0, 9999).ArrayOf().Where(steps => steps.Length > 0).ToArbitrary();
        Arbitrary<ulong> seeds = Gen.Choose(1, int.MaxValue).Select(seed => (ulong)seed).ToArbitrary();

        Prop.ForAll(work, seeds, (steps, seed) => new Life(seed).Run(steps))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(400).WithEndSize(150));
    }

    /// <summary>A node's disk through many starts and crashes.</summary>
    private sealed class Life(ulong seed)
    {
        private const int Groups = 3;
        private static readonly CrashMode[] Crashes = Enum.GetValues<CrashMode>();

        private readonly SimulatedDisk _disk = new(seed);
        private readonly LogModel _model = new();
        private readonly GroupScript[] _scripts = [.. Enumerable.Range(0, Groups).Select(group => new GroupScript(group))];
        private WriteAheadLog? _log;
        private int _flushed;

        public void Run(int[] steps)
        {
            foreach (int step in steps)
            {
                if (_log is null && !Start())
                    continue;
                Act(step % 20, step / 20);
            }

            Crash(CrashMode.LoseUnsynced);
            Start().ShouldBeTrue();
            _log!.Dispose();
        }

        private void Act(int what, int detail)
        {
            try
            {
                switch (what)
                {
                    case < 10:
                        Write(detail);
                        break;
                    case < 15:
                        Flush();
                        break;
                    case 15:
                        _log!.Close();
                        _flushed = _model.Count;
                        _log = null;
                        break;
                    case 16:
                        _disk.LosePowerAfter(detail % 8);
                        break;
                    case 17:
                        _disk.FailNextFlush();
                        break;
                    default:
                        Crash(Crashes[detail % Crashes.Length]);
                        break;
                }
            }
            catch (IOException)
            {
                Crash(Crashes[detail % Crashes.Length]);
            }
        }

        private void Write(int detail)
        {
            var batch = new List<Persist>();
            for (int i = 0; i <= detail % 3; i++)
            {
                GroupScript script = _scripts[(detail + i) % Groups];
                bool truncates = detail % 5 == 0 && script.LastIndex > 1;
                long truncateFrom = truncates ? 1 + (detail % script.LastIndex) : 0;
                batch.Add(script.Next(detail % 4, detail % 60, detail % 7 == 0 || truncates, truncateFrom));
            }

            _model.Add(batch);
            _log!.Write(batch);
        }

        private void Flush()
        {
            _log!.Flush();
            _flushed = _model.Count;
        }

        private void Crash(CrashMode mode)
        {
            _log?.Dispose();
            _log = null;
            _disk.Crash(mode);
        }

        /// <summary>Opens the log and compares; false if the power failed meanwhile.</summary>
        private bool Start()
        {
            RecoveredLog recovered;
            try
            {
                _log = LogRig.Open(_disk, out recovered, segmentSizeBytes: 700);
            }
            catch (IOException broken) when (broken is not StorageDamagedException)
            {
                Crash(CrashMode.Tear);
                return false;
            }

            string text = LogModel.Text(recovered);
            int count = _model.Count;
            while (count > _flushed && _model.After(count) != text)
                count--;
            text.ShouldBe(_model.After(count), $"the first {_flushed} of {_model.Count} records were flushed");
            _model.Forget(count);
            _flushed = count;
            for (int group = 0; group < Groups; group++)
                _scripts[group] = new GroupScript(group, recovered.Groups.GetValueOrDefault(group));
            return true;
        }
    }
}
