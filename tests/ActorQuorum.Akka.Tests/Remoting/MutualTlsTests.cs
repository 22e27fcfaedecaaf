using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorQuorum.Akka.Tests.Cluster;
using static ActorQuorum.Akka.Tests.Cluster.AkkaCluster;

namespace ActorQuorum.Akka.Tests.Remoting;

/// <summary>Members that prove themselves to each other, and strangers that cannot.</summary>
public sealed class MutualTlsTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("actorquorum-tls-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Members_with_certificates_of_one_authority_form_a_quorum()
    {
        await using var cluster = new AkkaCluster(3);
        using var authority = Authority("ours");
        cluster.SystemSettings += Settings("member", authority);
        var members = await cluster.StartAsync();
        await LeaderOf(members);
        foreach (var member in members) await PutAsync(member, member.Name, "x");
        members[0].System.Settings.Config.GetStringList("akka.remote.enabled-transports").ShouldBe(["akka.remote.mutual-tls"]);
    }

    [Fact]
    public async Task A_system_with_a_certificate_of_another_authority_is_not_heard()
    {
        await using var cluster = new AkkaCluster(2);
        using var ours = Authority("ours");
        using var theirs = Authority("theirs");
        var loggers = new RecordingLoggers();
        var here = await cluster.CreateSystem("n1", Settings("member", ours)).StartQuorum(cluster.ConfigOf("n1", Settings("member", ours)), loggers);
        await cluster.StartAsync("n2", Settings("stranger", theirs));
        await Eventually.ShouldBeAsync(() => loggers.Has("certificate"), "neither accepts the other");
        loggers.Has("Connected to peer").ShouldBeFalse();
        here.Status.Term.ShouldBe(0);
    }

    [Fact]
    public async Task A_caller_without_a_certificate_is_turned_away()
    {
        await using var cluster = new AkkaCluster(1);
        using var authority = Authority("ours");
        await cluster.StartAsync("n1", Settings("member", authority));
        using var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(cluster.Members[0].Peer));
#pragma warning disable CA5359 // It is the caller that is not to be trusted here.
        await using var stream = new SslStream(client.GetStream(), false, (_, _, _, _) => true);
#pragma warning restore CA5359
        await Should.ThrowAsync<Exception>(async () =>
        {
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "127.0.0.1" }).InTime();

            // In TLS 1.3 the client learns of its refusal with the first read.
            if (await stream.ReadAsync(new byte[1]).AsTask().InTime() == 0) throw new AuthenticationException("closed");
        });
    }

    [Theory]
    [InlineData("certificate.path = \"\"", "akka.remote.mutual-tls.certificate.path is missing")]
    [InlineData("certificate.path = \"no.pfx\"", "akka.remote.mutual-tls.certificate.path cannot be read from \"no.pfx\"")]
    [InlineData("authority.path = \"no.crt\"", "akka.remote.mutual-tls.authority.path cannot be read from \"no.crt\"")]
    [InlineData("certificate.password = \"wrong\"", "akka.remote.mutual-tls.certificate.path cannot be read")]
    public async Task A_certificate_that_cannot_be_read_is_named(string setting, string problem)
    {
        await using var cluster = new AkkaCluster(1);
        using var authority = Authority("ours");
        var config = cluster.ConfigOf("n1", $"akka.remote.mutual-tls.{setting}\n{Settings("member", authority)}\nakka.remote.mutual-tls.{setting}");
        (await Should.ThrowAsync<InvalidOperationException>(() => QuorumSystem.StartAsync(config))).Message.ShouldContain(problem);
    }

    private string Settings(string name, X509Certificate2 authority)
    {
        var pfx = Path.Combine(_directory.FullName, $"{name}.pfx");
        var crt = Path.Combine(_directory.FullName, $"{name}.crt");
        using var certificate = Member(authority);
        File.WriteAllBytes(pfx, certificate.Export(X509ContentType.Pfx, "secret"));
        File.WriteAllText(crt, authority.ExportCertificatePem());
        return $$"""

            akka.remote.enabled-transports = ["akka.remote.mutual-tls"]
            akka.remote.mutual-tls {
              certificate { path = "{{pfx}}", password = "secret" }
              authority.path = "{{crt}}"
            }
            """;
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static X509Certificate2 Member(X509Certificate2 authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=member", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(authority, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddHours(12), RandomNumberGenerator.GetBytes(8));
        return signed.CopyWithPrivateKey(key);
    }
}
