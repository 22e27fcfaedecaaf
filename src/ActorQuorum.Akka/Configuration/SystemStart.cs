using System.Net.Sockets;
using ActorQuorum.Configuration;
using Akka.Actor;
using Akka.Configuration;

namespace ActorQuorum.Akka.Configuration;

/// <summary>Creates actor systems, and says in our words what keeps one from starting.</summary>
internal static class SystemStart
{
    /// <summary>Creates a system.</summary>
    public static ActorSystem Create(string name, Config settings, NodeOptions options)
    {
        try
        {
            return ActorSystem.Create(name, settings);
        }
        catch (Exception cause) when (Within<SocketException>(cause) is { SocketErrorCode: SocketError.AddressAlreadyInUse or SocketError.AddressNotAvailable } socket)
        {
            var peer = options.Members.Single(member => member.Name == options.Name).Peer;
            throw new IOException(
                $"{options.Name} cannot listen to its peers at {peer} ({socket.Message}): end what listens there, or change the member's peer address.", cause);
        }
#pragma warning disable CA1031 // Akka throws many kinds for a setting it cannot use; the user needs to know where to look.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            throw new InvalidOperationException(
                $"the actor system of {options.Name} does not start: {Innermost(cause).Message} Compare the akka section of its configuration.", cause);
        }
    }

    private static T? Within<T>(Exception? cause)
        where T : Exception => cause switch
        {
            null => null,
            T found => found,
            AggregateException many => many.InnerExceptions.Select(Within<T>).FirstOrDefault(found => found is not null),
            _ => Within<T>(cause.InnerException),
        };

    private static Exception Innermost(Exception cause) => cause.InnerException is { } inner ? Innermost(inner) : cause;
}
