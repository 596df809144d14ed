using System.Text;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.TestSupport.Registries;
using Microsoft.AspNetCore.Http;

namespace CriSharp.Registry.Tests;

public sealed partial class RegistryLoginTests
{
    /// <summary>What a registry says ends up in the log, and in the events of pods, which others may read.</summary>
    [Theory]
    [InlineData("user \"alice\" has sent {0}", "alice:canary-word", "Basic realm=\"x\"", false)]
    [InlineData("user \"alice\" has the wrong password canary-word", "alice:canary-word", "Basic realm=\"x\"", false)]
    [InlineData("token {0} is not valid", "canary-token-0123456789", "Bearer realm=\"http://{1}/token\"", false)]
    [InlineData("token canary-token-0123... is not valid", "canary-token-0123456789", "Bearer realm=\"http://{1}/token\"", false)]
    [InlineData("no such user: alice", "alice:canary-word", "Basic realm=\"x\"", true)]
    public async Task Refusal_ThatHoldsWhatWasSent_IsToldWithoutIt(string words, string secret, string challenge, bool isTold)
    {
        _fake.Handler = async context =>
        {
            var sent = context.Request.Headers.Authorization.ToString();
            context.Response.StatusCode = sent.Length == 0 ? StatusCodes.Status401Unauthorized : StatusCodes.Status403Forbidden;
            context.Response.Headers.WWWAuthenticate = challenge.Replace("{1}", _fake.Host, StringComparison.Ordinal);
            context.Response.ContentType = "text/plain";
            await context.Response.WriteAsync(words.Replace("{0}", sent.Split(' ')[^1], StringComparison.Ordinal));
            return true;
        };
        var credentials = secret.Split(':') is [var user, var password]
            ? new RegistryCredentials { UserName = user, Password = password }
            : new RegistryCredentials { RegistryToken = secret };

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => ResolveAsync(new RegistryClient(Quick, TimeProvider.System), credentials));

        Assert.DoesNotContain("canary", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)), failure.ToString(), StringComparison.Ordinal);
        Assert.Contains(isTold ? words : "hold credentials", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TokenService_ThatTellsTheRefreshToken_IsNotQuoted()
    {
        AskForToken($"http://{_fake.Host}/token", acceptedBasic: null, onToken: async context =>
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("{\"error\":\"invalid_grant\",\"error_description\":\"canary-token-0123456789 has ended\"}");
        });

        var failure = await Assert.ThrowsAsync<RuntimeException>(
            () => ResolveAsync(new RegistryClient(Quick, TimeProvider.System), new RegistryCredentials { IdentityToken = "canary-token-0123456789" }));

        Assert.DoesNotContain("canary", failure.ToString(), StringComparison.Ordinal);
    }
}
