using System.Net;
using System.Net.Sockets;

namespace ActorQuorum.Cli.Clusters;

/// <summary>A local cluster's ports, all from one base: clients of the i-th node at base + i, its peers at base + 4710 + i.</summary>
internal readonly record struct PortPlan(int BasePort)
{
    public const int DefaultBasePort = 2390;
    public const int MaximumNodes = 9;
    public const int MaximumBasePort = IPEndPoint.MaxPort - PeerOffset - MaximumNodes;

    // 2390 + 4710: peers of n1, n2, n3 at 7101, 7102, 7103, as in config/.
    private const int PeerOffset = 4710;

    public int ClientPort(int number) => BasePort + number;

    public int PeerPort(int number) => BasePort + PeerOffset + number;

    /// <exception cref="CommandFailedException">A port is busy; says which and what to do.</exception>
    public static void CheckFree(string address, string use)
    {
        var endpoint = IPEndPoint.Parse(address);
        try
        {
            using var probe = new TcpListener(endpoint);
            probe.Start();
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            throw new CommandFailedException(
                ExitCode.Failed,
                $"port {endpoint.Port} ({use}) is busy: stop what listens there, or choose other ports with --base-port and another --data-dir. Nothing was started.",
                e);
        }
    }
}
