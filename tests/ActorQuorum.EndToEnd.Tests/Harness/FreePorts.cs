using System.Net;
using System.Net.Sockets;

namespace ActorQuorum.EndToEnd.Tests.Harness;

/// <summary>Base ports whose client and peer ports are free on loopback, below the range from which outgoing connections draw; each is given once a round.</summary>
internal static class FreePorts
{
    private const int PeerOffset = 4710;
    private const int Nodes = 9;
    private const int First = 10_000;
    private const int Last = 27_000;

    // Above those that the system draws from for itself, and for the tests of TCP.
    private const int FirstUdp = 61_100;

    private static readonly Lock s_lock = new();
    private static int s_next = First + (Environment.ProcessId * 20 % (Last - First));
    private static int s_nextUdp = FirstUdp + (Environment.ProcessId % 300 * 10);

    public static int BasePort()
    {
        lock (s_lock)
        {
            for (var attempts = 0; attempts < 200; attempts++)
            {
                s_next = s_next + 20 > Last ? First : s_next + 20;
                if (Enumerable.Range(1, Nodes).All(number => IsFree(s_next + number) && IsFree(s_next + PeerOffset + number)))
                    return s_next;
            }
        }

        throw new InvalidOperationException("No free ports on loopback.");
    }

    /// <summary>A UDP port on which nobody listens, and which no other test was given.</summary>
    public static int Broadcast()
    {
        lock (s_lock)
        {
            while (true)
            {
                s_nextUdp = s_nextUdp == ushort.MaxValue ? FirstUdp : s_nextUdp + 1;
                try
                {
                    using var probe = new UdpClient(new IPEndPoint(IPAddress.Any, s_nextUdp));
                    return s_nextUdp;
                }
                catch (SocketException)
                {
                    // The next one, then.
                }
            }
        }
    }

    public static string Client(int basePort, int number) => $"127.0.0.1:{basePort + number}";

    public static string Peer(int basePort, int number) => $"127.0.0.1:{basePort + PeerOffset + number}";

    private static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
