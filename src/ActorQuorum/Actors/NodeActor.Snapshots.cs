namespace ActorQuorum.Actors;

/// <content>What snapshots mean for the requests.</content>
internal sealed partial class NodeActor
{
    /// <summary>
    /// The snapshot stands for entries that this node never saw applied: whether a command that stood in its log at such a place was among them,
    /// nobody here can tell.
    /// </summary>
    private void OnStateInstalled(StateInstalled installed)
    {
        view.Revision = installed.Revision;
        foreach (var request in _pending.LoggedUpTo(installed.Mark.Index))
            Fail(request, QuorumError.OutcomeUnknown, "a snapshot of the leader took the place of the log that held it; read before repeating it");
    }
}
