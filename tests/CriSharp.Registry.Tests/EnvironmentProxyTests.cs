using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Registry.Transport;
using CriSharp.TestSupport.Registries;

namespace CriSharp.Registry.Tests;

/// <summary>Which way leads by a proxy.</summary>
public sealed class EnvironmentProxyTests
{
    [Theory]
    [InlineData("", "https://a.example/", true)]
    [InlineData("*", "https://a.example/", false)]
    [InlineData("a.example", "https://a.example/", false)]
    [InlineData("A.Example", "https://a.EXAMPLE/", false)]
    [InlineData("a.example", "https://deep.a.example/", false)]
    [InlineData("a.example", "https://ba.example/", true)]
    [InlineData(".a.example", "https://deep.a.example/", false)]
    [InlineData(".a.example", "https://a.example/", true)]
    [InlineData("*.a.example", "https://deep.a.example/", false)]
    [InlineData("b.example, a.example", "https://a.example/", false)]
    [InlineData("a.example:5000", "https://a.example:5000/", false)]
    [InlineData("a.example:5000", "https://a.example/", true)]
    [InlineData("a.example:443", "https://a.example/", false)]
    [InlineData("10.0.0.0/8", "https://10.1.2.3/", false)]
    [InlineData("10.9.9.9/8", "https://10.1.2.3/", false)]
    [InlineData("10.0.0.0/8", "https://11.1.2.3/", true)]
    [InlineData("10.1.2.3", "https://10.1.2.3:5000/", false)]
    [InlineData("10.1.2.3:5000", "https://10.1.2.3/", true)]
    [InlineData("2.3", "https://10.1.2.3/", true)]
    [InlineData("fd00::/8", "https://[fd12::1]:5000/", false)]
    [InlineData("fd12::1", "https://[fd12::1]/", false)]
    [InlineData("[fd12::1]:5000", "https://[fd12::1]:5000/", false)]
    [InlineData("[fd12::1]:5000", "https://[fd12::1]/", true)]
    [InlineData("", "https://localhost/", false)]
    [InlineData("", "https://127.0.0.9:5000/", false)]
    [InlineData("", "https://[::1]/", false)]
    public void NoProxy_SaysWhatGoesStraight(string noProxy, string target, bool byProxy)
    {
        var proxy = Read(("HTTPS_PROXY", "http://proxy.example:3128"), ("NO_PROXY", noProxy))!;

        Assert.Equal(byProxy ? new Uri("http://proxy.example:3128/") : null, proxy.GetProxy(new Uri(target)));
        Assert.Equal(!byProxy, proxy.IsBypassed(new Uri(target)));
    }

    [Fact]
    public void Read_KnowsSmallLettersAndOneProxyForEachScheme()
    {
        var proxy = Read(("http_proxy", "plain.example:80"), ("https_proxy", "http://tls.example"), ("no_proxy", "a.example"))!;

        Assert.Equal("plain.example", proxy.GetProxy(new Uri("http://b.example/"))!.Host);
        Assert.Equal("tls.example", proxy.GetProxy(new Uri("https://b.example/"))!.Host);
        Assert.Null(proxy.GetProxy(new Uri("https://a.example/")));
        Assert.Null(Read(("http_proxy", "http://plain.example"))!.GetProxy(new Uri("https://b.example/")));
    }

    [Fact]
    public void Read_WithoutAProxy_IsNone() => Assert.Null(Read(("NO_PROXY", "*"), ("HTTP_PROXY", " ")));

    [Fact]
    public void Read_OfNoUrl_IsRefusedWithoutItsText()
    {
        var failure = Assert.Throws<RuntimeException>(() => Read(("HTTPS_PROXY", "ftp://alice:secret@proxy.example")));

        Assert.Contains("HTTPS_PROXY", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Credentials_AreThoseOfTheProxysUrlAndNotPrinted()
    {
        var proxy = Read(("HTTPS_PROXY", "http://alice:p%40ss@proxy.example:3128"))!;

        var found = proxy.Credentials!.GetCredential(new Uri("http://proxy.example:3128/"), "Basic")!;

        Assert.Equal(("alice", "p@ss"), (found.UserName, found.Password));
        Assert.Null(proxy.Credentials.GetCredential(new Uri("http://other.example/"), "Basic"));
        Assert.Equal("http by none, https by proxy.example:3128", proxy.ToString());
    }

    [Theory]
    [InlineData("secret", null)]
    [InlineData("wrong", ErrorKind.Unavailable)]
    public async Task Pull_OfAnotherHost_GoesByTheProxyWithItsLogin(string password, ErrorKind? failure)
    {
        await using var proxy = await FakeRegistry.StartAsync();
        var image = new TestImage();
        proxy.Serve(image, "a", "1");
        proxy.Handler = context =>
        {
            var isKnown = context.Request.Headers["Proxy-Authorization"] == "Basic " + Convert.ToBase64String("alice:secret"u8);
            context.Response.StatusCode = isKnown ? 200 : 407;
            context.Response.Headers["Proxy-Authenticate"] = "Basic realm=\"proxy\"";
            return Task.FromResult(!isKnown || context.Request.Method == "CONNECT");
        };
        var url = $"http://alice:{password}@{proxy.Host}";
        var options = new RegistryOptions
        {
            Attempts = 1,
            CertificateFolders = [],
            InsecureRegistries = () => failure is null ? ["images.invalid"] : [],
            Proxy = Read(("HTTP_PROXY", url), ("HTTPS_PROXY", url)),
        };
        var repository = new RegistryClient(options, TimeProvider.System).OpenRepository(ImageReference.Parse("images.invalid/a:1"), null);

        if (failure is null)
        {
            Assert.Equal(image.ManifestDigest, (await repository.ResolveAsync(CancellationToken.None)).Digest.ToString());
            return;
        }

        var refused = await Assert.ThrowsAsync<RuntimeException>(() => repository.ResolveAsync(CancellationToken.None));
        Assert.Equal(failure, refused.Kind);
        Assert.Contains("407", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(password, refused.ToString(), StringComparison.Ordinal);
    }

    private static EnvironmentProxy? Read(params (string Name, string Value)[] variables) =>
        EnvironmentProxy.Read(name => variables.FirstOrDefault(variable => variable.Name == name).Value);
}
