using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akka.Configuration;

namespace ActorQuorum.Akka.Remoting;

/// <summary>A member's certificate, and the one authority whose certificates make a member.</summary>
internal sealed class TlsIdentity
{
    private readonly X509Certificate2 _own;
    private readonly X509Certificate2Collection _authority;

    private TlsIdentity(X509Certificate2 own, X509Certificate2Collection authority)
    {
        _own = own;
        _authority = authority;
    }

    /// <summary>Reads both.</summary>
    /// <exception cref="InvalidOperationException">One is missing or unreadable.</exception>
    public static TlsIdentity Load(Config config)
    {
        var own = Read(config, "certificate.path", path => X509CertificateLoader.LoadPkcs12FromFile(path, config.GetString("certificate.password")));
        if (!own.HasPrivateKey) throw new InvalidOperationException("akka.remote.mutual-tls.certificate.path holds no private key: give a PKCS#12 file with one.");
        return new(own, Read(config, "authority.path", path => new X509Certificate2Collection(X509CertificateLoader.LoadCertificateFromFile(path))));
    }

    /// <summary>What this member shows when it dials, and demands of the one it dials: a certificate of the authority, for the host dialled.</summary>
    public SslClientAuthenticationOptions ForDialler(string host) => new()
    {
        TargetHost = host,
        ClientCertificates = [_own],
        LocalCertificateSelectionCallback = (_, _, _, _, _) => _own,
        RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
            !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) && IsMember(certificate),
    };

    /// <summary>What this member shows to whoever dials, and demands of it: a certificate of the authority.</summary>
    public SslServerAuthenticationOptions ForListener() => new()
    {
        ServerCertificate = _own,
        ClientCertificateRequired = true,
        RemoteCertificateValidationCallback = (_, certificate, _, _) => IsMember(certificate),
    };

    /// <summary>Whether the authority has signed it. Others, those that the machine trusts among them, do not count.</summary>
    private bool IsMember(X509Certificate? certificate)
    {
        if (certificate is not X509Certificate2 shown) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(shown);
    }

    private static T Read<T>(Config config, string key, Func<string, T> read)
    {
        var path = config.GetString(key);
        var full = $"akka.remote.mutual-tls.{key}";
        if (string.IsNullOrEmpty(path)) throw new InvalidOperationException($"{full} is missing: mutual TLS needs the member's certificate and the authority's.");
        try
        {
            return read(path);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException or CryptographicException)
        {
            // Without the cause below it: Akka wraps this, and the innermost message is shown.
            throw new InvalidOperationException($"{full} cannot be read from \"{path}\": {cause.Message}");
        }
    }
}
