create index evidence_media_at on evidence_media (programme, kind, at, id);
