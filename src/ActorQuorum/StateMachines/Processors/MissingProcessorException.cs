namespace ActorQuorum.StateMachines.Processors;

/// <summary>
/// The log demands a processor that this node does not have. The others apply the command, so to pass over it, or to answer anything, would
/// be to hold another state than they: the node stops instead.
/// </summary>
internal sealed class MissingProcessorException(string name, long index) : Exception(
    $"entry {index} of the log asks for the processor '{name}', which this build does not add; "
    + "start the node with the build that the others run: it goes on where it stopped");
