using System.Text.Json.Serialization;

namespace CriSharp.Admin;

/// <summary>JSON of the admin socket's documents, generated at compile time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(VersionDocument))]
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(PullsDocument))]
[JsonSerializable(typeof(OperationsDocument))]
[JsonSerializable(typeof(AuditDocument))]
[JsonSerializable(typeof(ImagesDocument))]
[JsonSerializable(typeof(ErrorDocument))]
[JsonSerializable(typeof(VerificationDocument))]
[JsonSerializable(typeof(ReloadDocument))]
[JsonSerializable(typeof(SavedImagesDocument))]
public sealed partial class AdminJson : JsonSerializerContext;
