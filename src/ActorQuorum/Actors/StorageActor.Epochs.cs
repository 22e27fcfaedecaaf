using ActorQuorum.Core.Voting;

namespace ActorQuorum.Actors;

/// <content>The constant election's epoch. Of those that gather while the disk is busy only the last is written: each stands for all before it.</content>
internal sealed partial class StorageActor
{
    private PersistEpoch? _epoch;

    /// <returns>Whether the lane has work now.</returns>
    private bool WriteEpoch()
    {
        if (_epoch is not { } persist || epochs is null) return false;
        _epoch = null;
        _isLaneBusy = true;
        lane.Run(() => epochs.Keep(persist.Epoch), static () => { }, () => context.Storage.Tell(new EpochKept(persist.Sequence)));
        return true;
    }

    private void OnEpochKept(long sequence)
    {
        _isLaneBusy = false;
        context.Election.Tell(new(null, Voting: new EpochDurable(sequence)));
    }
}
