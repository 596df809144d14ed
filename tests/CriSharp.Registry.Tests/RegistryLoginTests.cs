using System.Collections.Concurrent;
using System.Text;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.TestSupport.Registries;
using Microsoft.AspNetCore.Http;

namespace CriSharp.Registry.Tests;

/// <summary>Challenges, tokens and where credentials may go.</summary>
public sealed partial class RegistryLoginTests : IAsyncLifetime
{
    private const string Token = "good.token";

    private static readonly RegistryOptions Quick = new() { Attempts = 2, RetryDelay = TimeSpan.FromMilliseconds(1), CertificateFolders = [] };
    private static readonly RegistryCredentials Alice = new() { UserName = "alice", Password = "secret" };
    private static readonly string AliceBasic = "Basic " + Convert.ToBase64String("alice:secret"u8);

    private readonly TestImage _image = new TestImage().Add(TestLayer.OfFiles(true, ("a", "b")));
    private FakeRegistry _fake = null!;

    public async Task InitializeAsync()
    {
        _fake = await FakeRegistry.StartAsync();
        _fake.Serve(_image, "a", "1");
    }

    public async Task DisposeAsync() => await _fake.DisposeAsync();

    [Fact]
    public async Task Bearer_WithUserAndPassword_FetchesOneTokenForAll()
    {
        AskForToken($"http://{_fake.Host}/token", acceptedBasic: AliceBasic);
        var client = new RegistryClient(Quick, TimeProvider.System);

        await ResolveAsync(client, Alice);
        await ResolveAsync(client, Alice);

        var request = Assert.Single(_fake.Requests, request => request.Path == "/token");
        Assert.Equal("?service=test&scope=repository%3Aa%3Apull&account=alice", request.Query);
        Assert.All(_fake.Requests.Where(asked => asked.Authorization == AliceBasic), asked => Assert.Equal("/token", asked.Path));
    }

    [Fact]
    public async Task Bearer_WithWrongPassword_FailsAndNeverTriesWithout()
    {
        AskForToken($"http://{_fake.Host}/token", acceptedBasic: "Basic other");

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => ResolveAsync(new RegistryClient(Quick, TimeProvider.System), Alice));

        Assert.Equal(ErrorKind.Unauthenticated, failure.Kind);
        Assert.Single(_fake.Requests, request => request.Path == "/token");
    }

    [Fact]
    public async Task Bearer_ForNobody_AsksAnonymously()
    {
        AskForToken($"http://{_fake.Host}/token", acceptedBasic: null);

        await ResolveAsync(new RegistryClient(Quick, TimeProvider.System), null);

        Assert.Null(Assert.Single(_fake.Requests, request => request.Path == "/token").Authorization);
    }

    [Fact]
    public async Task Bearer_WithAnIdentityToken_UsesTheRefreshGrant()
    {
        string? form = null;
        AskForToken($"http://{_fake.Host}/token", acceptedBasic: null, onToken: async context => form = await new StreamReader(context.Request.Body).ReadToEndAsync());

        await ResolveAsync(new RegistryClient(Quick, TimeProvider.System), new RegistryCredentials { UserName = "alice", IdentityToken = "refresh me" });

        Assert.Equal("POST", Assert.Single(_fake.Requests, request => request.Path == "/token").Method);
        Assert.Contains("grant_type=refresh_token", form, StringComparison.Ordinal);
        Assert.Contains("refresh_token=refresh+me", form, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bearer_WithARegistryToken_SendsIt()
    {
        AskForToken($"http://{_fake.Host}/token", acceptedBasic: null);

        await ResolveAsync(new RegistryClient(Quick, TimeProvider.System), new RegistryCredentials { RegistryToken = Token });

        Assert.DoesNotContain(_fake.Requests, request => request.Path == "/token");
    }

    [Fact]
    public async Task Bearer_WhenTheTokenEndsEarly_FetchesAnother()
    {
        var good = "first";
        var served = 0;
        _fake.Handler = async context =>
        {
            if (context.Request.Path == "/token")
            {
                served++;
                await context.Response.WriteAsync($$"""{"access_token":"{{good}}","expires_in":3600}""");
                return true;
            }

            return Challenge(context, $"http://{_fake.Host}/token", good);
        };
        var client = new RegistryClient(Quick, TimeProvider.System);
        await ResolveAsync(client, null);
        good = "second";

        await ResolveAsync(client, null);

        Assert.Equal(2, served);
    }

    [Theory]
    [InlineData("http://registry.example/token")]
    [InlineData("http://169.254.169.254/latest/api/token")]
    [InlineData("ftp://127.0.0.1/token")]
    [InlineData("https://alice:x@registry.example/token")]
    [InlineData("/token")]
    [InlineData("")]
    public async Task Bearer_WithARealmThatMustNotBeTrusted_IsRefused(string realm)
    {
        AskForToken(realm, acceptedBasic: null);

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => ResolveAsync(new RegistryClient(Quick, TimeProvider.System), Alice));

        Assert.Equal(ErrorKind.PermissionDenied, failure.Kind);
        Assert.DoesNotContain(_fake.Requests, request => request.Authorization is not null);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("{\"token\":\"a\\r\\nX-Evil: 1\"}")]
    [InlineData("{\"token\":\"\"}")]
    public async Task Bearer_WhenTheTokenIsNone_IsUnavailable(string answer)
    {
        _fake.Handler = async context =>
        {
            if (context.Request.Path == "/token")
            {
                await context.Response.WriteAsync(answer);
                return true;
            }

            return Challenge(context, $"http://{_fake.Host}/token", Token);
        };

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => ResolveAsync(new RegistryClient(Quick, TimeProvider.System), null));

        Assert.Equal(ErrorKind.Unavailable, failure.Kind);
    }

    [Theory]
    [InlineData("application/json", """{"details":"incorrect username or password"}""", "incorrect username or password")]
    [InlineData("application/json", """{"error":"invalid_grant","error_description":"token is revoked"}""", "invalid_grant: token is revoked")]
    [InlineData("application/json", """{"error":{"code":1},"message":"go\u202e away"}""", "go  away")]
    [InlineData("text/plain; charset=utf-8", "come\r\nback\u001b[0m later", "come  back [0m later")]
    public async Task Bearer_WhenTheServiceRefuses_QuotesItsWords(string mediaType, string body, string words)
    {
        _fake.Handler = async context =>
        {
            if (context.Request.Path != "/token")
            {
                return Challenge(context, $"http://{_fake.Host}/token", Token);
            }

            context.Response.StatusCode = 401;
            context.Response.ContentType = mediaType;
            await context.Response.WriteAsync(body);
            return true;
        };

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => ResolveAsync(new RegistryClient(Quick, TimeProvider.System), Alice));

        Assert.Equal(ErrorKind.Unauthenticated, failure.Kind);
        Assert.Contains($"answered 401 ({words})", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("Thu, 01 Jan 2026 00:00:01 GMT")]
    public async Task Bearer_WhenTheServiceIsBusy_WaitsAsLongAsItSays(string retryAfter)
    {
        var busy = 1;
        _fake.Handler = async context =>
        {
            if (context.Request.Path != "/token")
            {
                return Challenge(context, $"http://{_fake.Host}/token", Token);
            }

            context.Response.StatusCode = busy-- > 0 ? 429 : 200;
            context.Response.Headers.RetryAfter = retryAfter;
            await context.Response.WriteAsync($$"""{"token":"{{Token}}"}""");
            return true;
        };

        await ResolveAsync(new RegistryClient(Quick, TimeProvider.System), null);
        Assert.Equal(2, _fake.Requests.Count(request => request.Path == "/token"));

        busy = 1;
        var impatient = Quick with { RetryAfterLimit = TimeSpan.Zero };
        Assert.Equal(
            retryAfter == "1" ? ErrorKind.Unavailable : null,
            (await Record.ExceptionAsync(() => ResolveAsync(new RegistryClient(impatient, TimeProvider.System), null)) as RuntimeException)?.Kind);
    }

    private void AskForToken(string realm, string? acceptedBasic, Func<HttpContext, Task>? onToken = null) => _fake.Handler = async context =>
    {
        if (context.Request.Path != "/token")
        {
            return Challenge(context, realm, Token);
        }

        if (onToken is not null)
        {
            await onToken(context);
        }

        context.Response.StatusCode = acceptedBasic is null || context.Request.Headers.Authorization == acceptedBasic ? 200 : 401;
        await context.Response.WriteAsync($$"""{"token":"{{Token}}","expires_in":300}""");
        return true;
    };

    private static bool Challenge(HttpContext context, string realm, string token)
    {
        if (context.Request.Path == "/v2/" || context.Request.Headers.Authorization == $"Bearer {token}")
        {
            return false;
        }

        context.Response.StatusCode = 401;
        context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"{realm}\",service=\"test\",scope=\"repository:a:pull\"";
        return true;
    }

    private async Task ResolveAsync(RegistryClient client, RegistryCredentials? credentials) =>
        await client.OpenRepository(ImageReference.Parse($"{_fake.Host}/a:1"), credentials).ResolveAsync(CancellationToken.None);
}
