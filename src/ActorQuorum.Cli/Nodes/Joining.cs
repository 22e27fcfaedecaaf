using ActorQuorum.Cli.Client;
using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using ActorQuorum.Server.Etcd.Wire;
using ActorQuorum.Storage;

namespace ActorQuorum.Cli.Nodes;

/// <summary><c>run --join</c>: asks a node of the cluster who its members are, and finds itself among them. Changes nothing yet.</summary>
internal static class Joining
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>A node that joined before needs nobody to start; it only looks whether it is told of the same cluster.</summary>
    private static readonly TimeSpan LookPatience = TimeSpan.FromSeconds(2);

    /// <summary>The settings with the cluster that is joined.</summary>
    /// <exception cref="CommandFailedException">The endpoint is not reached, is of another cluster, or has not added this node yet.</exception>
    public static async Task<NodeOptions> PrepareAsync(NodeOptions options, string endpoint)
    {
        var before = JoinedBefore(options);
        using var etcd = new EtcdClient([endpoint], before is null ? Patience : LookPatience);
        MemberListResponse answer;
        try
        {
            answer = await etcd.MembersAsync(isLinearizable: before is null);
        }
        catch (CommandFailedException) when (before is not null)
        {
            return options;
        }
        catch (CommandFailedException e)
        {
            throw new CommandFailedException(e.ExitCode, $"{options.Name} cannot join: {e.Message}", e);
        }

        if (before is not null)
        {
            return answer.Header.ClusterId == before.ClusterId
                ? options
                : throw new CommandFailedException(
                    ExitCode.Failed,
                    $"{options.Name} cannot join: its data directory {options.DataDirectory} belongs to cluster {before.ClusterId:x}, and {endpoint} to {answer.Header.ClusterId:x}. "
                    + "Start it without --join, or give it a data directory of its own.");
        }

        try
        {
            return options with { Join = ClusterJoin.Find(options, answer.Header.ClusterId, [.. answer.Members.Select(MemberOf)]) };
        }
        catch (InvalidOperationException e)
        {
            throw new CommandFailedException(ExitCode.Failed, $"{options.Name} cannot join at {endpoint}: {e.Message}", e);
        }
    }

    private static ClusterJoin? JoinedBefore(NodeOptions options)
    {
        try
        {
            return NodeIdentity.JoinedBefore(new LocalFileSystem(), options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.Failed, $"{options.Name} cannot join: {e.Message}", e);
        }
    }

    private static MemberInfo MemberOf(Member member) => new(
        new MemberId(member.ID), member.Name, AddressOf(member.PeerURLs), AddressOf(member.ClientURLs)) { IsLearner = member.IsLearner };

    private static string AddressOf(IEnumerable<string> urls) => urls.Select(EndpointList.Address).FirstOrDefault(address => address is not null) ?? "";
}
