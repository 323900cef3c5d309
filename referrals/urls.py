"""The pages, by user task. Paths are Norwegian, names English."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
