"use client";

export { PortalError as default } from "@/components/frame/portal-error";
