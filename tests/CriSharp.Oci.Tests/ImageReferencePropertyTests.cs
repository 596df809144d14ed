using CriSharp.TestSupport.Fuzzing;
using FsCheck;
using FsCheck.Fluent;
using Xunit.Abstractions;

namespace CriSharp.Oci.Tests;

/// <summary>What holds of any reference. Longer by hand, and one seed alone: see <see cref="FuzzRun"/>.</summary>
public sealed class ImageReferencePropertyTests(ITestOutputHelper output)
{
    private const string Letters = "abz019AZ._-:/@[]%\u00e9\0 \n+~";
    private static readonly string Hex = new('a', 64);

    [Fact]
    public void Parse_OfAWellFormedName_KeepsItsParts() => output.WriteLine(PropertyRun.Each(cases: 50, WellFormed(), name =>
    {
        var text = $"{name.Domain}/{name.Path}{(name.Tag is null ? "" : ":" + name.Tag)}{(name.HasDigest ? "@sha256:" + Hex : "")}";
        var reference = ImageReference.Parse(text);
        Assert.Equal((name.Domain, name.Path), (reference.Domain, reference.Path));
        Assert.Equal(name.Tag ?? (name.HasDigest ? null : "latest"), reference.Tag);
        Assert.Equal(name.HasDigest, reference.Digest is not null);
        Assert.Equal(reference.ToString(), ImageReference.Parse(reference.ToString()).ToString());
    }));

    [Fact]
    public void Parse_OfAnything_IsStableOrAFormatException() => output.WriteLine(FuzzRun.Each(cases: 50_000, random =>
    {
        var text = Mutate(random, random.Next(3) switch
        {
            0 => $"docker.io/library/busybox:latest@sha256:{Hex}",
            1 => "[::1]:5000/a/b_c__d-e.f:v1.2-3",
            _ => "",
        });
        if (!ImageReference.TryParse(text, out var reference))
        {
            Assert.Throws<FormatException>(() => ImageReference.Parse(text));
            return;
        }

        Assert.Equal(reference.ToString(), ImageReference.Parse(reference.ToString()).ToString());
        // It becomes a URL and a folder's name.
        Assert.DoesNotContain("..", reference.Repository, StringComparison.Ordinal);
        Assert.True(reference.Repository.All(letter => letter is > ' ' and < '\x7f' and not ('%' or '@' or '?' or '#' or '\\')), text);
    }));

    [Fact]
    public void Digest_OfAnything_IsItsTextOrNone() => output.WriteLine(FuzzRun.Each(cases: 20_000, random =>
    {
        var text = Mutate(random, random.Next(2) == 0 ? $"sha256:{Hex}" : $"sha512:{Hex}{Hex}");
        Assert.True(!Digest.TryParse(text, out var digest) || digest.ToString() == text);
    }));

    private static string Mutate(Random random, string text)
    {
        var letters = text.ToList();
        for (var i = random.Next(6); i > 0 || letters.Count == 0; i--)
        {
            var at = random.Next(letters.Count + 1);
            var letter = Letters[random.Next(Letters.Length)];
            if (random.Next(3) == 0 || at == letters.Count)
            {
                letters.InsertRange(at, Enumerable.Repeat(letter, random.Next(10) == 0 ? random.Next(300) : 1));
            }
            else if (random.Next(2) == 0)
            {
                letters[at] = letter;
            }
            else
            {
                letters.RemoveAt(at);
            }
        }

        return string.Concat(letters);
    }

    private static Gen<(string Domain, string Path, string? Tag, bool HasDigest)> WellFormed()
    {
        var word = Gen.Elements("a", "z9", "busybox", "0");
        var component = Gen.OneOf(word, from first in word from separator in Gen.Elements(".", "_", "__", "-", "----") from second in word select first + separator + second);
        var domain = Gen.Elements("a.example", "localhost", "localhost:5000", "EXAMPLE", "[::1]:443", "10.0.0.1:65535", "x-y.example");
        var tag = Gen.OneOf(Gen.Constant<string?>(null), Gen.Elements<string?>("_", "v1.2", "A-b_c", new string('t', 128)));
        return from theDomain in domain
               from path in component.NonEmptyListOf()
               from theTag in tag
               from hasDigest in Gen.Elements(true, false)
               select (theDomain, string.Join('/', path.Take(8)), theTag, hasDigest);
    }
}
