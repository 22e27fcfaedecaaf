using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace ActorQuorum.Transport.Discovery;

/// <summary>Which address the others shall dial.</summary>
internal static class ReachableAddress
{
    /// <summary>
    /// The address of this machine from which datagrams to <paramref name="target"/> leave: whoever hears them can dial it. Where no route leads
    /// there, the first address of an interface that is up.
    /// </summary>
    public static IPAddress Toward(IPAddress target)
    {
        try
        {
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { EnableBroadcast = true };

            // Connecting a datagram socket sends nothing: the kernel only picks the route, and the address with it.
            probe.Connect(target, 1);
            return probe.LocalEndPoint is IPEndPoint { Address: var local } && !IsUnspecified(local) ? local : FirstUp();
        }
        catch (SocketException)
        {
            return FirstUp();
        }
    }

    /// <summary>
    /// What to dial, of what a node says of itself and where its word came from. A node that does not know its address says none; one that was
    /// started before its network was up may say the loopback's.
    /// </summary>
    public static string Believed(string advertised, IPAddress source)
    {
        if (!IPAddress.TryParse(advertised, out var address))
        {
            return advertised.Length > 0 ? advertised : Plain(source).ToString();
        }

        var isOfNoUse = IsUnspecified(address) || (IPAddress.IsLoopback(address) && !IPAddress.IsLoopback(Plain(source)));
        return isOfNoUse ? Plain(source).ToString() : advertised;
    }

    /// <summary>Whether it says "any address", which nobody can dial.</summary>
    public static bool IsUnspecified(IPAddress address) => Plain(address) is var plain && (plain.Equals(IPAddress.Any) || plain.Equals(IPAddress.IPv6Any));

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static IPAddress FirstUp()
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces()
                .Where(nic => nic.OperationalStatus == OperationalStatus.Up && nic.NetworkInterfaceType != NetworkInterfaceType.Loopback)
                .SelectMany(nic => nic.GetIPProperties().UnicastAddresses)
                .Select(unicast => unicast.Address)
                .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork, IPAddress.Loopback);
        }
        catch (NetworkInformationException)
        {
            return IPAddress.Loopback;
        }
    }
}
