using CriSharp.Primitives;
using CriSharp.Signatures.Keys;
using CriSharp.Signatures.Policies;

namespace CriSharp.Signatures.Checks;

/// <summary>Tells whether an image meets what a policy demands of it. Every requirement has to be met, each by any of the signatures.</summary>
public sealed class CheckSignatures(IGpgv gpgv, IEd25519 ed25519)
{
    private const int RefusalsTold = 4;

    /// <param name="found">All signatures that there are.</param>
    /// <param name="searched">Where they were looked for, in words, for the reason.</param>
    /// <returns>Null: it does. Else why not, naming scope, requirement and what was found.</returns>
    public async Task<string?> RunAsync(
        Demands demands, SignedSubject subject, IReadOnlyList<ImageSignature> found, string searched, CancellationToken cancellationToken)
    {
        if (demands.Refusal is { } never)
        {
            return never;
        }

        foreach (var requirement in demands.Requirements)
        {
            var refusal = requirement switch
            {
                Requirement.SignedBy wanted => await AnyAsync(
                    found.OfType<ImageSignature.OpenPgp>(), signature => CheckAsync(signature, wanted, subject, cancellationToken), searched),
                Requirement.SigstoreSigned wanted => await AnyAsync(
                    found.OfType<ImageSignature.Sigstore>(), signature => Task.FromResult(Check(signature, wanted, subject)), searched),
                _ => null,
            };
            if (refusal is not null)
            {
                return $"the {demands.Scope} wants {requirement.Type} ({requirement.Place}): {refusal}";
            }
        }

        return null;
    }

    private static async Task<string?> AnyAsync<T>(IEnumerable<T> signatures, Func<T, Task<string?>> checkAsync, string searched)
        where T : ImageSignature
    {
        var refusals = new List<string>();
        try
        {
            foreach (var signature in signatures)
            {
                if (await checkAsync(signature) is not { } refusal)
                {
                    return null;
                }

                refusals.Add($"{signature.Origin}: {refusal}");
            }
        }
        catch (FormatException keys)
        {
            return $"its keys can't be used: {keys.Message}";
        }
        catch (RuntimeException unable) when (unable.Kind is ErrorKind.FailedPrecondition or ErrorKind.DeadlineExceeded)
        {
            return unable.Message;
        }

        var untold = refusals.Count - RefusalsTold;
        return refusals.Count == 0
            ? $"there is no such signature ({searched})"
            : $"no signature fits: {string.Join("; ", refusals.Take(RefusalsTold))}{(untold > 0 ? $"; and {untold} more" : "")} ({searched})";
    }

    private async Task<string?> CheckAsync(
        ImageSignature.OpenPgp signature, Requirement.SignedBy wanted, SignedSubject subject, CancellationToken cancellationToken)
    {
        var keyrings = wanted.Keys.Select(PublicKeys.OpenPgp).ToList();
        var outcome = await gpgv.RunAsync(signature.Message, keyrings, cancellationToken);
        return GpgvStatus.Refusal(outcome) ?? Claimed(outcome.Content, SignedClaim.SimpleSigning, subject, wanted.Identity);
    }

    private string? Check(ImageSignature.Sigstore signature, Requirement.SigstoreSigned wanted, SignedSubject subject)
    {
        var keys = wanted.Keys.Select(PublicKeys.Sigstore).ToList();
        var bytes = new byte[signature.Base64.Length];
        if (!Convert.TryFromBase64String(signature.Base64, bytes, out var length))
        {
            return "it is not base64";
        }

        return keys.Any(key => key.Verify(signature.Payload.Span, bytes.AsSpan(0, length), ed25519))
            ? Claimed(signature.Payload, SignedClaim.Cosign, subject, wanted.Identity)
            : "it is by none of the keys, or its payload is not what was signed";
    }

    private static string? Claimed(ReadOnlyMemory<byte> payload, string type, SignedSubject subject, SignedIdentity identity)
    {
        SignedClaim claim;
        try
        {
            claim = SignedClaim.Read(payload, type);
        }
        catch (FormatException wrong)
        {
            return $"its payload is none of a container image: {wrong.Message}";
        }

        return subject.Refusal(claim, identity);
    }
}
